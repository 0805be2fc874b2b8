import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobFiles, Segment } from './blob-files.js';

export interface ObjectRecord {
  readonly segments: readonly Segment[];
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modified: number;
  /** Content-Type and the like, and x-amz-meta-*, to be given back. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface UploadPart {
  readonly segments: readonly Segment[];
  readonly sizeBytes: number;
  readonly etag: string;
  readonly modified: number;
}

export interface MultipartUpload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly initiated: number;
  readonly parts: Map<number, UploadPart>;
}

type Line =
  | { readonly do: 'put'; readonly key: string; readonly record: ObjectRecord }
  | { readonly do: 'delete'; readonly key: string }
  | { readonly do: 'begin'; readonly id: string; readonly key: string; readonly headers: Record<string, string>; readonly initiated: number }
  | { readonly do: 'part'; readonly id: string; readonly number: number; readonly part: UploadPart }
  | { readonly do: 'end'; readonly id: string }
  | { readonly do: 'complete'; readonly id: string; readonly key: string; readonly record: ObjectRecord };

/** Lines of a journal beyond those that describe what is there; then it is written anew at the next start. */
const COMPACT_SLACK = 10_000;

/**
 * What is in the store: maps in memory and an append-only journal. A change is made when its line is on the disk; a line that a crash cut
 * off was never answered and is dropped. Blobs are counted, and removed when nothing refers to them.
 */
export class ObjectCatalogue {
  readonly objects = new Map<string, ObjectRecord>();
  readonly uploads = new Map<string, MultipartUpload>();
  private readonly references = new Map<string, number>();
  private sorted: string[] | null = null;
  private journal: FileHandle | null = null;
  private writing: Promise<void> = Promise.resolve();
  private readonly path: string;

  constructor(
    dataDirectory: string,
    private readonly blobs: BlobFiles,
  ) {
    this.path = join(dataDirectory, 'journal.ndjson');
  }

  async load(): Promise<void> {
    const text = await readFile(this.path, 'utf8').catch(() => '');
    const lines = text.split('\n');
    // Behind the last newline stands a line that was not finished, or nothing.
    lines.pop();
    for (const line of lines) this.apply(JSON.parse(line) as Line);
    if (lines.length > this.objects.size + COMPACT_SLACK || !text.endsWith('\n')) await this.compact();
    this.journal = await open(this.path, 'a', 0o600);
    for await (const blob of this.blobs.all()) if (!this.references.has(blob)) await this.blobs.remove(blob);
  }

  async close(): Promise<void> {
    await this.writing;
    await this.journal?.close();
    this.journal = null;
  }

  /** Keys in the order of their UTF-8 bytes. */
  sortedKeys(): readonly string[] {
    this.sorted ??= [...this.objects.keys()].map((key) => Buffer.from(key)).sort(Buffer.compare).map((key) => key.toString());
    return this.sorted;
  }

  async put(key: string, record: ObjectRecord): Promise<void> {
    await this.commit({ do: 'put', key, record });
  }

  async delete(key: string): Promise<void> {
    if (this.objects.has(key)) await this.commit({ do: 'delete', key });
  }

  async begin(id: string, upload: { key: string; headers: Record<string, string>; initiated: number }): Promise<void> {
    await this.commit({ do: 'begin', id, ...upload });
  }

  async part(id: string, number: number, part: UploadPart): Promise<void> {
    await this.commit({ do: 'part', id, number, part });
  }

  async abort(id: string): Promise<void> {
    await this.commit({ do: 'end', id });
  }

  async complete(id: string, key: string, record: ObjectRecord): Promise<void> {
    await this.commit({ do: 'complete', id, key, record });
  }

  /** A blob of a request that was refused after it was written. */
  async dropUnreferenced(segments: readonly Segment[]): Promise<void> {
    for (const { blob } of segments) if (!this.references.has(blob)) await this.blobs.remove(blob);
  }

  private async commit(line: Line): Promise<void> {
    const text = `${JSON.stringify(line)}\n`;
    const written = this.writing.then(async () => {
      if (this.journal === null) throw new Error('the store is closed');
      await this.journal.appendFile(text);
      await this.journal.datasync();
      const unused = this.apply(line);
      for (const blob of unused) await this.blobs.remove(blob);
    });
    this.writing = written.catch(() => undefined);
    await written;
  }

  /** Answers the blobs that nothing refers to any more. */
  private apply(line: Line): string[] {
    switch (line.do) {
      case 'put':
        return this.setObject(line.key, line.record);
      case 'delete':
        return this.removeObject(line.key);
      case 'begin':
        this.uploads.set(line.id, { key: line.key, headers: line.headers, initiated: line.initiated, parts: new Map() });
        return [];
      case 'part':
        return this.setPart(line.id, line.number, line.part);
      case 'end':
        return this.removeUpload(line.id);
      case 'complete':
        // First the object refers to the parts' blobs, then the parts no longer do.
        return [...this.setObject(line.key, line.record), ...this.removeUpload(line.id)];
    }
  }

  private setObject(key: string, record: ObjectRecord): string[] {
    this.refer(record.segments);
    const unused = this.removeObject(key);
    this.objects.set(key, record);
    this.sorted = null;
    return unused;
  }

  private removeObject(key: string): string[] {
    const old = this.objects.get(key);
    if (old === undefined) return [];
    this.objects.delete(key);
    this.sorted = null;
    return this.release(old.segments);
  }

  private setPart(id: string, number: number, part: UploadPart): string[] {
    const upload = this.uploads.get(id);
    if (upload === undefined) return part.segments.map((segment) => segment.blob).filter((blob) => !this.references.has(blob));
    this.refer(part.segments);
    const old = upload.parts.get(number);
    upload.parts.set(number, part);
    return old === undefined ? [] : this.release(old.segments);
  }

  private removeUpload(id: string): string[] {
    const upload = this.uploads.get(id);
    this.uploads.delete(id);
    return upload === undefined ? [] : [...upload.parts.values()].flatMap((part) => this.release(part.segments));
  }

  private refer(segments: readonly Segment[]): void {
    for (const { blob } of segments) this.references.set(blob, (this.references.get(blob) ?? 0) + 1);
  }

  private release(segments: readonly Segment[]): string[] {
    const unused: string[] = [];
    for (const { blob } of segments) {
      const left = (this.references.get(blob) ?? 1) - 1;
      if (left > 0) this.references.set(blob, left);
      else {
        this.references.delete(blob);
        unused.push(blob);
      }
    }
    return unused;
  }

  /** Writes the journal anew beside the old one and swaps them in one step. */
  private async compact(): Promise<void> {
    const fresh = `${this.path}.new`;
    const file = await open(fresh, 'w', 0o600);
    try {
      for (const [key, record] of this.objects) await file.appendFile(`${JSON.stringify({ do: 'put', key, record } satisfies Line)}\n`);
      for (const [id, upload] of this.uploads) {
        await file.appendFile(`${JSON.stringify({ do: 'begin', id, key: upload.key, headers: { ...upload.headers }, initiated: upload.initiated } satisfies Line)}\n`);
        for (const [number, part] of upload.parts) await file.appendFile(`${JSON.stringify({ do: 'part', id, number, part } satisfies Line)}\n`);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, this.path);
  }
}
