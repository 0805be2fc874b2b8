import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BackupDamaged, BackupPlace, type Written } from './backup-place.port.js';

const FOLDER_MODE = 0o700;
/** Password hashes and people's images are in it. */
const FILE_MODE = 0o600;
const INCOMING = 'incoming';

/** A folder of this machine or of a disk that is mounted. */
export class FolderPlace extends BackupPlace {
  private readonly made = new Set<string>();

  constructor(private readonly root: string) {
    super();
  }

  get shownName(): string {
    return this.root;
  }

  async write(name: string, body: AsyncIterable<Uint8Array>): Promise<Written> {
    const incoming = this.path(`${INCOMING}/${randomUUID()}`);
    await this.makeFolder(dirname(incoming));
    try {
      const written = await writeSynced(incoming, body);
      await this.rename(incoming, name);
      return written;
    } catch (error) {
      await rm(incoming, { force: true });
      throw error;
    }
  }

  async read(name: string): Promise<AsyncIterable<Uint8Array>> {
    if ((await this.sizeOf(name)) === null) throw new BackupDamaged(`${name} is missing`);
    return createReadStream(this.path(name));
  }

  async sizeOf(name: string): Promise<number | null> {
    return stat(this.path(name)).then((found) => found.size, absent);
  }

  async *list(folder: string): AsyncIterable<string> {
    const entries = (await readdir(this.path(folder), { withFileTypes: true }).catch(absent)) ?? [];
    for (const entry of entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))) {
      if (entry.isDirectory()) yield* this.list(`${folder}${entry.name}/`);
      else yield `${folder}${entry.name}`;
    }
  }

  async move(from: string, to: string): Promise<void> {
    await this.rename(this.path(from), to);
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(this.path(name), { force: true });
    for (const folder of new Set(names.map((name) => dirname(name)))) await this.removeEmpty(folder);
  }

  async tidy(): Promise<void> {
    await rm(this.path(INCOMING), { recursive: true, force: true });
    this.made.clear();
  }

  private async rename(from: string, to: string): Promise<void> {
    const target = this.path(to);
    await this.makeFolder(dirname(target));
    await rename(from, target);
    // The name, too, is to outlast a power cut.
    const folder = await open(dirname(target));
    await folder.sync().finally(() => folder.close());
  }

  private async makeFolder(folder: string): Promise<void> {
    if (this.made.has(folder)) return;
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    this.made.add(folder);
  }

  private async removeEmpty(folder: string): Promise<void> {
    const left = await readdir(this.path(folder)).catch(absent);
    if (left?.length !== 0 || folder === '.') return;
    await rm(this.path(folder), { recursive: true, force: true });
    this.made.delete(this.path(folder));
    await this.removeEmpty(dirname(folder));
  }

  private path(name: string): string {
    return join(this.root, name);
  }
}

async function writeSynced(path: string, body: AsyncIterable<Uint8Array>): Promise<Written> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', FILE_MODE);
  try {
    let sizeBytes = 0;
    for await (const chunk of body) {
      hash.update(chunk);
      await writeAll(file, chunk);
      sizeBytes += chunk.byteLength;
    }
    await file.datasync();
    return { sizeBytes, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength; ) at += (await file.write(chunk, at)).bytesWritten;
}

function absent(error: unknown): null {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
  throw error;
}
