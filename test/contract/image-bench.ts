import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { objectKeys, S3ObjectStore, type S3ObjectStoreOptions } from '@app/object-store';
import pg from 'pg';
import { ADMIN, type BackendUnderTest } from './backend-under-test.js';

export interface GivenImage {
  readonly bytes: Uint8Array;
  readonly fileName?: string;
  readonly width: number;
  readonly height: number;
  /** What the row says where it is not true of the bytes. */
  readonly row?: { readonly sha256?: string; readonly crc32?: number | null };
  /** False: the row promises an object that is not there. */
  readonly stored?: boolean;
}

export interface ImageRow {
  readonly number: number;
  readonly state: string;
  readonly made: boolean;
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly crc32: string | null;
}

/** A dataset whose images are put straight into rows and store: what the image worker finds when it begins. */
export class ImageBench {
  private next = 1;

  private constructor(
    readonly datasetId: string,
    readonly client: pg.Client,
    readonly store: S3ObjectStore,
    private readonly api: { readonly url: string; readonly authorization: string },
  ) {}

  static async open(backend: BackendUnderTest, store: S3ObjectStoreOptions): Promise<ImageBench> {
    const login = await fetch(`${backend.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) });
    const authorization = `Bearer ${((await login.json()) as { access_token: string }).access_token}`;
    const made = await fetch(`${backend.url}/api/v1/datasets/create`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'bench', task_type: 'object_detection', classes: [{ name: 'thing' }] }),
    });
    const client = new pg.Client({ connectionString: backend.databaseUrl });
    await client.connect();
    return new ImageBench(((await made.json()) as { id: string }).id, client, new S3ObjectStore(store), { url: backend.url, authorization });
  }

  async close(): Promise<void> {
    await this.client.end();
    this.store.close();
  }

  /** Answers the images' numbers. */
  async add(images: readonly GivenImage[]): Promise<number[]> {
    const numbers: number[] = [];
    for (const image of images) numbers.push(await this.addOne(image));
    return numbers;
  }

  async rows(numbers: readonly number[]): Promise<ImageRow[]> {
    const rows: ImageRow[] = [];
    for (const number of numbers) rows.push(await this.row(number));
    return rows;
  }

  async row(number: number): Promise<ImageRow> {
    const { rows } = await this.client.query<ImageRow>(
      'select number, state, thumbnail_at is not null as made, width, height, orientation, crc32 from dataset_images where dataset_id = $1 and number = $2',
      [this.datasetId, number],
    );
    const row = rows[0];
    if (row === undefined) throw new Error(`no image ${number}`);
    return row;
  }

  async waiting(): Promise<number> {
    const { rows } = await this.client.query<{ waiting: number }>('select count(*)::int as waiting from image_processing');
    return rows[0]?.waiting ?? 0;
  }

  /** Until the queue is empty. */
  async settled(milliseconds = 60_000): Promise<void> {
    for (const deadline = Date.now() + milliseconds; (await this.waiting()) > 0; await new Promise((resolve) => setTimeout(resolve, 50))) {
      if (Date.now() > deadline) throw new Error(`${await this.waiting()} images still wait`);
    }
  }

  async get(path: string): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.api.url}/api/v1/${path}`, { headers: { authorization: this.api.authorization } });
    return (await response.json()) as Record<string, unknown>;
  }

  /** By the name of the file that each is about. */
  async findings(): Promise<ReadonlyMap<string, { readonly code: string; readonly message: string; readonly hint?: string }>> {
    const all: { code: string; message: string; entry: string; position: number }[] = [];
    let after: number | null = 0;
    while (after !== null) {
      const page = (await this.get(`datasets/${this.datasetId}/findings?limit=200&after=${after}`)) as { items: typeof all; next_after: number | null };
      all.push(...page.items);
      after = page.next_after;
    }
    if (new Set(all.map((one) => one.entry)).size !== all.length) throw new Error('a file has two findings');
    return new Map(all.map((one) => [one.entry, one]));
  }

  private async addOne(image: GivenImage): Promise<number> {
    const number = this.next;
    this.next += 1;
    const key = objectKeys.image(this.datasetId, number, 'jpg');
    if (image.stored !== false) await this.store.put(key, image.bytes);
    const { sha256 = createHash('sha256').update(image.bytes).digest('hex'), crc32: crc = crc32(image.bytes) } = image.row ?? {};
    await this.client.query(
      `with image as (
         insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, status, size_bytes, crc32, sha256, object_key)
         values ($1, $2, $3, $4, $5, 3, 'jpeg', 'unlabeled', $6, $7, decode($8, 'hex'), $9))
       select 1`,
      [this.datasetId, number, image.fileName ?? `images/${number}.jpg`, image.width, image.height, image.bytes.length, crc, sha256, key],
    );
    await this.client.query('insert into image_processing (dataset_id, number) values ($1, $2)', [this.datasetId, number]);
    return number;
  }
}
