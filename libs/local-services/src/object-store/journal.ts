import { createReadStream } from 'node:fs';
import { open, rename, rm, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskError } from './disk-error.js';

const NEWLINE = 0x0a;
/** Of a rewrite: lines are gathered to pieces of about this size. */
const WRITE_BYTES = 1024 * 1024;

/**
 * An append-only file of lines. A line counts when it is on the disk with its newline. After a failed append the file is cut back to the last
 * good line; where that fails too, nothing more is accepted until the next start, so that no line ever stands behind half of another.
 */
export class Journal {
  private file: FileHandle | null = null;
  private goodBytes = 0;
  private count = 0;

  constructor(private readonly path: string) {}

  /** Lines in the file. */
  get lines(): number {
    return this.count;
  }

  get isOpen(): boolean {
    return this.file !== null;
  }

  /**
   * Gives every whole line to `visit` and opens the file for appending; false when there was no file. A last line without its newline was never
   * answered and is cut off. Any other trouble is an error: a journal that cannot be read must not look like an empty one.
   */
  async load(visit: (line: string) => void): Promise<boolean> {
    // Left by a rewrite that a crash ended.
    await rm(this.fresh, { force: true });
    const existed = await this.read(visit).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    });
    if (existed) await truncate(this.path, this.goodBytes);
    this.file = await open(this.path, 'a', 0o600);
    await this.syncFolder();
    return existed;
  }

  /** Answers when the line is on the disk. */
  async append(line: string): Promise<void> {
    if (this.file === null) throw new Error('the journal is closed, or could not be repaired after an error of the disk');
    const bytes = Buffer.from(`${line}\n`);
    try {
      await this.file.appendFile(bytes);
      await this.file.datasync();
    } catch (error) {
      await this.cutBack();
      throw diskError(error);
    }
    this.goodBytes += bytes.length;
    this.count += 1;
  }

  /** Writes these lines beside the old file and swaps them in one step; after an error the old file is still the journal. */
  async rewrite(lines: Iterable<string>): Promise<void> {
    const [bytes, count] = await this.writeFresh(lines).catch(async (error: unknown) => {
      await rm(this.fresh, { force: true });
      throw diskError(error);
    });
    await rename(this.fresh, this.path);
    const old = this.file;
    // Were the new file not opened, appends to the old one would be lost.
    this.file = null;
    await old?.close();
    this.file = await open(this.path, 'a', 0o600);
    [this.goodBytes, this.count] = [bytes, count];
    await this.syncFolder();
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
  }

  private get fresh(): string {
    return `${this.path}.new`;
  }

  private async read(visit: (line: string) => void): Promise<boolean> {
    let rest: Buffer[] = [];
    for await (const chunk of createReadStream(this.path) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        const line = Buffer.concat([...rest, chunk.subarray(from, at)]);
        rest = [];
        from = at + 1;
        this.count += 1;
        this.goodBytes += line.length + 1;
        this.visitLine(visit, line.toString('utf8'));
      }
      if (from < chunk.length) rest.push(chunk.subarray(from));
    }
    return true;
  }

  private visitLine(visit: (line: string) => void, line: string): void {
    try {
      visit(line);
    } catch (error) {
      throw new Error(`Line ${this.count} of the object store's journal ${this.path} is damaged. Nothing was changed; restore the file from a backup.`, { cause: error });
    }
  }

  private async writeFresh(lines: Iterable<string>): Promise<[bytes: number, count: number]> {
    const file = await open(this.fresh, 'w', 0o600);
    try {
      let [bytes, count, piece] = [0, 0, ''];
      for (const line of lines) {
        piece += `${line}\n`;
        count += 1;
        if (piece.length < WRITE_BYTES) continue;
        bytes += Buffer.byteLength(piece);
        await file.appendFile(piece);
        piece = '';
      }
      await file.appendFile(piece);
      await file.sync();
      return [bytes + Buffer.byteLength(piece), count];
    } finally {
      await file.close();
    }
  }

  private async cutBack(): Promise<void> {
    try {
      await this.file?.truncate(this.goodBytes);
      await this.file?.datasync();
    } catch {
      await this.file?.close().catch(() => undefined);
      this.file = null;
    }
  }

  /** A rename is only certain when the folder is on the disk too. */
  private async syncFolder(): Promise<void> {
    const folder = await open(dirname(this.path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
