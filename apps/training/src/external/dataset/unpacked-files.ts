import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes files of an archive below a folder. Their names were judged by the archive's gate; none of them is a link. */
export class UnpackedFiles {
  private readonly madeFolders = new Set<string>();

  constructor(readonly root: string) {}

  pathOf(name: string): string {
    return join(this.root, ...name.split('/'));
  }

  /** SHA-256 of the file, hex. */
  async write(name: string, bytes: AsyncIterable<Uint8Array>): Promise<string> {
    const path = this.pathOf(name);
    await this.makeFolder(dirname(path));
    const hash = createHash('sha256');
    // 'wx': nothing that lies there is followed or overwritten.
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of bytes) {
        hash.update(chunk);
        for (let at = 0; at < chunk.byteLength; ) at += (await file.write(chunk, at)).bytesWritten;
      }
    } finally {
      await file.close();
    }
    return hash.digest('hex');
  }

  async remove(name: string): Promise<void> {
    await rm(this.pathOf(name), { force: true });
  }

  async clear(): Promise<void> {
    this.madeFolders.clear();
    await rm(this.root, { recursive: true, force: true });
    await mkdir(this.root, { recursive: true, mode: 0o700 });
  }

  private async makeFolder(path: string): Promise<void> {
    if (this.madeFolders.has(path)) return;
    await mkdir(path, { recursive: true, mode: 0o700 });
    this.madeFolders.add(path);
  }
}
