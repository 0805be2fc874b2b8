import { OPERATION_CLASSES, S3ObjectStore, type StoreOperation } from '@app/object-store';
import { startTestNats, type TestNats } from '@app/testing';
import pg from 'pg';
import { expect } from 'vitest';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { noise } from './noise.js';
import { startOwnStore, type OwnStore } from './own-store.js';
import { People, type Answer } from './people.js';

export interface Classes {
  readonly class_a: number;
  readonly class_b: number;
}

export function classesOf(counts: Readonly<Record<string, number>>): Classes {
  const sum = (billed: string): number => Object.entries(counts).reduce((total, [name, count]) => total + (OPERATION_CLASSES[name as StoreOperation] === billed ? count : 0), 0);
  return { class_a: sum('A'), class_b: sum('B') };
}

/** A backend whose store keeps a book of its own, and in which nothing asks the store by the clock. */
export class CostUnderTest {
  /** For a look from outside: what it asks stands in the book, too. */
  readonly bucket: S3ObjectStore;

  private constructor(
    readonly store: OwnStore,
    readonly backend: BackendUnderTest,
    readonly people: People,
    readonly pool: pg.Pool,
    private readonly nats: TestNats,
    private readonly hasImageWorkers: boolean,
  ) {
    this.bucket = new S3ObjectStore(store.options);
  }

  static async start(overrides: Record<string, string> = {}): Promise<CostUnderTest> {
    const store = await startOwnStore();
    const nats = await startTestNats();
    const backend = await startBackend({ ...store.environment, NATS_URL: nats.url, CLEAN_UP_LOOK_SECONDS: '3600', COST_INVENTORY_HOURS: '0', ...overrides });
    const people = new People(backend);
    await people.logInAdmin();
    return new CostUnderTest(store, backend, people, new pg.Pool({ connectionString: backend.databaseUrl }), nats, overrides['IMAGE_WORKERS'] !== undefined);
  }

  async close(): Promise<void> {
    this.bucket.close();
    await this.pool.end();
    await this.backend.close();
    await this.nats.close();
    await this.store.close();
  }

  /** What the store was asked, by its own book. */
  asked(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.store.server.stats()).map(([name, { requests }]) => [name.split(':')[0] ?? '', requests]));
  }

  askedSince(before: Readonly<Record<string, number>>): Record<string, number> {
    return Object.fromEntries(Object.entries(this.asked()).map(([name, count]) => [name, count - (before[name] ?? 0)]));
  }

  call<T = Record<string, unknown>>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.people.call<T>(method, path, { token: this.people.admin, headers, ...(body === undefined ? {} : { body }) });
  }

  async dataset(images: number, side: number): Promise<string> {
    const id = await this.people.createDataset(this.people.admin);
    await this.addImages(id, Array.from({ length: images }, (_, index) => `${index + 1}.png`), side);
    await this.untilStill(id);
    return id;
  }

  async addImages(id: string, names: readonly string[], side: number): Promise<void> {
    const form = new FormData();
    for (const name of names) form.append('file', new Blob([new Uint8Array(noise(`${id} ${name}`, side))], { type: 'image/png' }), name);
    expect((await this.people.call('POST', `datasets/${id}/images`, { token: this.people.admin, form })).status).toBe(200);
  }

  async label(id: string, number: number): Promise<void> {
    const now = await this.call<{ revision: number }>('GET', `datasets/${id}/annotations/${number}`);
    expect((await this.call('PATCH', `datasets/${id}/annotations/${number}`, { annotation: { class_id: 0, bbox: [0, 0, 4, 4] } }, { 'if-match': `"${now.body.revision}"` })).status).toBe(200);
  }

  /** Builds and live views are made behind the answers. */
  async untilStill(id: string): Promise<void> {
    const underWay = `select 1 from datasets where id = $1 and labels_loaded and view_seq < change_seq union all select 1 from snapshots where dataset_id = $1 and (state = 'building' or zip_state = 'building')
      union all select 1 from dataset_imports where dataset_id = $1 and state in ('waiting','running') and $2 union all select 1 from image_processing where dataset_id = $1 and $2`;
    await expect.poll(async () => (await this.pool.query(underWay, [id, this.hasImageWorkers])).rows, { timeout: 120_000 }).toEqual([]);
    for (let [before, now] = [-1, 0]; before !== now; await new Promise((resolve) => setTimeout(resolve, 250))) {
      before = now;
      now = Object.values(this.asked()).reduce((sum, count) => sum + count, 0);
    }
  }
}
