import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

const ENTRY = /^[0-9a-f]{64}\.zip$/;

/** Snapshots that were read before, by SHA-256, the least recently used going first when the limit is reached. */
export class SnapshotCache {
  private readonly folder: string;

  constructor(private readonly options: { readonly workDirectory: string; /** 0 turns the cache off. */ readonly limitBytes: number }) {
    this.folder = join(options.workDirectory, 'cache');
  }

  /** Removes files that a crash left half-written. */
  async sweep(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.folder)) if (!ENTRY.test(name)) await rm(join(this.folder, name), { recursive: true, force: true });
    await this.makeRoom(0);
  }

  /** Path of the snapshot, or null. Counts as a use. The content is the reader's to check. */
  async find(sha256: string, sizeBytes: number): Promise<string | null> {
    const path = this.pathOf(sha256);
    const facts = await stat(path).catch(() => null);
    if (facts === null) return null;
    if (facts.size !== sizeBytes) {
      await this.forget(sha256);
      return null;
    }
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    return path;
  }

  /** Paths of what is there, the most recently used first. */
  async recent(count: number): Promise<readonly string[]> {
    const entries = await this.entries();
    return entries.sort((a, b) => b.usedAt - a.usedAt).slice(0, count).map((entry) => entry.path);
  }

  async forget(sha256: string): Promise<void> {
    await rm(this.pathOf(sha256), { force: true });
  }

  /** Where to write a snapshot of this size while it is read, or null when it does not fit. */
  async begin(sha256: string, sizeBytes: number): Promise<CacheWriter | null> {
    if (sizeBytes > this.options.limitBytes) return null;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.makeRoom(sizeBytes);
    const partial = join(this.folder, `${sha256}.${randomUUID()}.part`);
    const file = await open(partial, 'wx', 0o600).catch(() => null);
    return file === null ? null : new CacheWriter(file, partial, this.pathOf(sha256));
  }

  private async makeRoom(neededBytes: number): Promise<void> {
    const entries = await this.entries();
    let total = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
    for (const entry of entries.sort((a, b) => a.usedAt - b.usedAt)) {
      if (total + neededBytes <= this.options.limitBytes) return;
      await rm(entry.path, { force: true });
      total -= entry.sizeBytes;
    }
  }

  private async entries(): Promise<{ path: string; sizeBytes: number; usedAt: number }[]> {
    const names = await readdir(this.folder).catch(() => []);
    return Promise.all(
      names.filter((name) => ENTRY.test(name)).map(async (name) => {
        const path = join(this.folder, name);
        const facts = await stat(path);
        return { path, sizeBytes: facts.size, usedAt: facts.mtimeMs };
      }),
    );
  }

  private pathOf(sha256: string): string {
    return join(this.folder, `${sha256}.zip`);
  }
}

/** A cache file in the making. A disk that is full costs the cache entry, not the training. */
export class CacheWriter {
  private broken = false;

  constructor(
    private readonly file: FileHandle,
    private readonly partial: string,
    private readonly final: string,
  ) {}

  async write(chunk: Uint8Array): Promise<void> {
    if (this.broken) return;
    try {
      await writeAll(this.file, chunk);
    } catch {
      await this.discard();
    }
  }

  /** The content was checked: the entry may be used from now on. */
  async commit(): Promise<void> {
    if (this.broken) return;
    await this.file.close();
    await rename(this.partial, this.final);
    this.broken = true;
  }

  /** Safe to call at any time; after a commit it does nothing. */
  async discard(): Promise<void> {
    if (this.broken) return;
    this.broken = true;
    await this.file.close().catch(() => undefined);
    await rm(this.partial, { force: true });
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength; ) at += (await file.write(chunk, at)).bytesWritten;
}
