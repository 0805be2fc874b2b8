import { ObjectNotFound, S3ObjectStore, type S3ObjectStoreOptions } from '@app/object-store';
import { BackupDamaged, BackupPlace, type Written } from './backup-place.port.js';

const INCOMING = 'incoming/';
const DAY = 86_400_000;

/** A folder of a bucket. */
export class BucketPlace extends BackupPlace {
  private readonly store: S3ObjectStore;

  /** `prefix`: empty, or with `/` at its end. */
  constructor(
    private readonly options: S3ObjectStoreOptions,
    private readonly prefix: string,
  ) {
    super();
    this.store = new S3ObjectStore(options);
  }

  get shownName(): string {
    return `s3://${this.options.bucket}/${this.prefix}`;
  }

  async write(name: string, body: AsyncIterable<Uint8Array>): Promise<Written> {
    const { sizeBytes, sha256 } = await this.store.upload(this.prefix + name, body, { contentType: 'application/octet-stream' });
    return { sizeBytes, sha256 };
  }

  async read(name: string): Promise<AsyncIterable<Uint8Array>> {
    try {
      return (await this.store.get(this.prefix + name)).body as AsyncIterable<Uint8Array>;
    } catch (error) {
      if (error instanceof ObjectNotFound) throw new BackupDamaged(`${name} is missing`, { cause: error });
      throw error;
    }
  }

  async sizeOf(name: string): Promise<number | null> {
    return (await this.store.head(this.prefix + name))?.sizeBytes ?? null;
  }

  async *list(folder: string): AsyncIterable<string> {
    for await (const object of this.store.list(this.prefix + folder)) yield object.key.slice(this.prefix.length);
  }

  async move(from: string, to: string): Promise<void> {
    await this.store.copy(this.prefix + from, this.prefix + to);
    await this.store.delete([this.prefix + from]);
  }

  async remove(names: readonly string[]): Promise<void> {
    await this.store.delete(names.map((name) => this.prefix + name));
  }

  async tidy(): Promise<void> {
    const left: string[] = [];
    for await (const object of this.store.list(this.prefix + INCOMING)) left.push(object.key);
    await this.store.delete(left);
    await this.store.abortStaleUploads(this.prefix, new Date(Date.now() - DAY));
  }

  override close(): void {
    this.store.close();
  }
}
