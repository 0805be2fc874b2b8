import { createHash, randomBytes } from 'node:crypto';
import { S3ObjectStore } from '@app/object-store';
import { startStoreProxy, startTestNats, startUnsoundStore, type StoreFault, type StoreProxy } from '@app/testing';
import AdmZip from 'adm-zip';
import sharp from 'sharp';
import { expect } from 'vitest';
import { startBackend, type BackendUnderTest } from '../contract/backend-under-test.js';
import { differences } from '../contract/differences.js';
import { startOwnStore } from '../contract/own-store.js';
import { People } from '../contract/people.js';

export interface Version {
  readonly version: number;
  readonly sha256: string | null;
  readonly failure: { readonly code: string; readonly detail: string } | null;
  readonly zip: { readonly state: string; readonly bytes_copied: number | null };
}

/** Some 480 KB each: 14 are more than the 5 MiB that a part of a copy needs. */
const IMAGES = 14;
const picture = (): Promise<Buffer> => sharp(randomBytes(400 * 400 * 3), { raw: { width: 400, height: 400, channels: 3 } }).png().toBuffer();

const portOf = (endpoint = ''): number => Number(new URL(endpoint).port);

/** A backend whose store stands behind a door of the test's, and a dataset that has one version with a zip. */
export class VersionsUnderTest {
  private revision = 1;

  private constructor(
    /** What is wrong with the store; to be changed. */
    readonly wrong: { fault: StoreFault },
    readonly proxy: StoreProxy,
    readonly environment: Record<string, string>,
    readonly backend: BackendUnderTest,
    readonly bucket: S3ObjectStore,
    readonly people: People,
    readonly token: string,
    readonly id: string,
    private readonly closing: readonly (() => Promise<unknown> | void)[],
  ) {}

  get fault(): StoreFault {
    return this.wrong.fault;
  }

  set fault(fault: StoreFault) {
    this.wrong.fault = fault;
  }

  static async start(more: Record<string, string> = {}): Promise<VersionsUnderTest> {
    const wrong: { fault: StoreFault } = { fault: {} };
    const [store, nats] = [await startOwnStore(), await startTestNats()];
    const key = { accessKeyId: store.options.accessKeyId, secretAccessKey: store.options.secretAccessKey };
    const door = await startUnsoundStore(portOf(store.options.endpoint), key, {
      request: (request) => wrong.fault.request?.(request) ?? false,
      answer: (status, headers, request) => wrong.fault.answer?.(status, headers, request) ?? status,
      body: (request) => wrong.fault.body?.(request) ?? 'whole',
    });
    const proxy = await startStoreProxy(portOf(door.endpoint));
    const environment = { ...store.environment, S3_ENDPOINT: proxy.endpoint, NATS_URL: nats.url, ...more };
    const backend = await startBackend(environment);
    const bucket = new S3ObjectStore(store.options);
    const people = new People(backend);
    const token = await people.logInAdmin();
    const id = await people.createDataset(token);
    const closing = [() => backend.close(), () => bucket.close(), () => proxy.close(), () => door.close(), () => nats.close(), () => store.close()];
    const under = new VersionsUnderTest(wrong, proxy, environment, backend, bucket, people, token, id, closing);
    await under.addImages();
    await under.whole(await under.create());
    return under;
  }

  private async addImages(): Promise<void> {
    const form = new FormData();
    for (let number = 1; number <= IMAGES; number += 1) form.append('file', new Blob([new Uint8Array(await picture())], { type: 'image/png' }), `${number}.png`);
    expect((await this.people.call('POST', `datasets/${this.id}/images`, { token: this.token, form })).status).toBe(200);
  }

  async close(): Promise<void> {
    for (const end of this.closing) await end();
  }

  async edit(): Promise<void> {
    const body = { annotation: { class_id: 0, bbox: [this.revision, 1, 5, 5] } };
    const answer = await this.people.call('PATCH', `datasets/${this.id}/annotations/1`, { token: this.token, body, headers: { 'if-match': `"${this.revision}"` } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    this.revision += 1;
  }

  async create(people = this.people): Promise<number> {
    const made = await people.call<Version>('POST', `datasets/${this.id}/snapshots`, { token: this.token, body: { zip: true } });
    expect(made.status, JSON.stringify(made.body)).toBeLessThan(300);
    return made.body.version;
  }

  async get(version: number): Promise<Version> {
    return (await this.people.call<Version>('GET', `datasets/${this.id}/snapshots/${version}`, { token: this.token })).body;
  }

  async until(version: number, state: string, milliseconds = 50_000): Promise<Version> {
    let seen = await this.get(version);
    for (const deadline = Date.now() + milliseconds; seen.zip?.state !== state && Date.now() < deadline; seen = await this.get(version)) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.zip.state, JSON.stringify(seen)).toBe(state);
    return seen;
  }

  bytes(version: number): Promise<Uint8Array> {
    return this.bucket.getBytes(`datasets/${this.id}/snapshots/v${version}.zip`, 20_000_000);
  }

  /** Ready, and the bytes are those that it says. */
  async whole(version: number): Promise<Version> {
    const made = await this.until(version, 'ready');
    const bytes = Buffer.from(await this.bytes(version));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(made.sha256);
    expect(new AdmZip(bytes).test()).toBe(true);
    return made;
  }

  labels = async (version: number): Promise<string> => new AdmZip(Buffer.from(await this.bytes(version))).readAsText('annotations.json');

  labelsNow = async (): Promise<string> => (await fetch(`${this.backend.url}/api/v1/datasets/${this.id}/annotations.json`, { headers: { authorization: `Bearer ${this.token}` } })).text();

  /** Nothing differs, and nothing is open, some moments after the fault. */
  async assertClean(): Promise<void> {
    expect(await differences({ databaseUrl: this.backend.databaseUrl, store: this.bucket })).toEqual([]);
    expect(await this.bucket.abortStaleUploads('', new Date(Date.now() + 60_000)), 'open uploads').toBe(0);
  }
}
