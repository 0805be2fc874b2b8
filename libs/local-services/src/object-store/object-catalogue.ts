import { join } from 'node:path';
import type { BlobFiles, Segment } from './blob-files.js';
import { Journal } from './journal.js';
import { SortedKeys } from './sorted-keys.js';

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

/** Lines of a journal beyond twice those that describe what is there; then it is written anew. */
const COMPACT_SLACK_LINES = 10_000;

/**
 * What is in the store: maps in memory and an append-only journal. A change is made when its line is on the disk; a line that a crash cut
 * off was never answered and is dropped. Blobs are counted, and removed when nothing refers to them.
 */
export class ObjectCatalogue {
  readonly objects = new Map<string, ObjectRecord>();
  readonly uploads = new Map<string, MultipartUpload>();
  private readonly references = new Map<string, number>();
  private readonly sorted = new SortedKeys(() => this.objects.keys());
  private readonly journal: Journal;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    dataDirectory: string,
    private readonly blobs: BlobFiles,
    private readonly compactSlackLines = COMPACT_SLACK_LINES,
  ) {
    this.journal = new Journal(join(dataDirectory, 'journal.ndjson'));
  }

  /** Reads the journal, then removes blobs that no line refers to. */
  async load(): Promise<void> {
    const found = await this.journal.load((line) => this.apply(JSON.parse(line) as Line));
    await this.compactWhenLong();
    for await (const blob of this.blobs.all()) {
      if (this.references.has(blob)) continue;
      // The journal is made before the first blob: without it these are somebody's objects, not leftovers.
      if (!found) throw new Error("The object store's folder has blobs but no journal. Restore journal.ndjson, or begin with an empty folder.");
      await this.blobs.remove(blob);
    }
  }

  async close(): Promise<void> {
    await this.writing;
    await this.journal.close();
  }

  /** Keys in the order of their UTF-8 bytes. */
  sortedKeys(): readonly string[] {
    return this.sorted.all();
  }

  /**
   * Keeps these bytes while `work` runs, whatever is deleted or overwritten meanwhile: what was read from the maps stays true. Begins at once,
   * so that nothing comes between the read and the hold.
   */
  async holding<T>(segments: readonly Segment[], work: () => Promise<T>): Promise<T> {
    this.refer(segments);
    try {
      return await work();
    } finally {
      await this.removeBlobs(this.release(segments));
    }
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
    // What the broken journal holds is not known: its line may be there at the next start.
    if (!this.journal.isOpen) return;
    for (const { blob } of segments) if (!this.references.has(blob)) await this.blobs.remove(blob);
  }

  private async commit(line: Line): Promise<void> {
    const written = this.writing.then(async () => {
      await this.journal.append(JSON.stringify(line));
      await this.removeBlobs(this.apply(line));
    });
    this.writing = written.then(
      // Behind the answer: the change is made, whatever comes of this.
      () => this.compactWhenLong().catch(() => undefined),
      () => undefined,
    );
    await written;
  }

  /** A blob that cannot be removed now is removed at the next start. */
  private async removeBlobs(blobs: readonly string[]): Promise<void> {
    for (const blob of blobs) await this.blobs.remove(blob).catch(() => undefined);
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
    const old = this.objects.get(key);
    this.objects.set(key, record);
    if (old === undefined) this.sorted.added(key);
    return old === undefined ? [] : this.release(old.segments);
  }

  private removeObject(key: string): string[] {
    const old = this.objects.get(key);
    if (old === undefined) return [];
    this.objects.delete(key);
    this.sorted.removed(key);
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

  /** Inside the row of changes, or before the first one. */
  private async compactWhenLong(): Promise<void> {
    const parts = [...this.uploads.values()].reduce((sum, upload) => sum + upload.parts.size + 1, 0);
    if (this.journal.lines > 2 * (this.objects.size + parts) + this.compactSlackLines) await this.journal.rewrite(this.presentLines());
  }

  private *presentLines(): Iterable<string> {
    const text = (line: Line): string => JSON.stringify(line);
    for (const [key, record] of this.objects) yield text({ do: 'put', key, record });
    for (const [id, { key, headers, initiated, parts }] of this.uploads) {
      yield text({ do: 'begin', id, key, headers: { ...headers }, initiated });
      for (const [number, part] of parts) yield text({ do: 'part', id, number, part });
    }
  }
}
