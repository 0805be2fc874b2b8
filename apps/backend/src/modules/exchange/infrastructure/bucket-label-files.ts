import { randomUUID } from 'node:crypto';
import { DEFAULT_ARCHIVE_LIMITS, openArchive, rangedSource, readEntry } from '@app/archive';
import { SourceTree, type SourceFile } from '@app/dataset-formats';
import { DomainError } from '@app/kernel';
import { ObjectStore, objectKeys } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { LabelFiles, type ReceivedFiles } from '../application/ports/label-files.port.js';

/** A label file of a million images. */
const MAX_BYTES = 4 * 2 ** 30;
/** A label file an image; more would cost memory before anything is read. */
const MAX_ENTRIES = 400_000;
const ZIP = Buffer.from('PK');

/**
 * Kept in the staging area of the bucket while they are read: any replica has room for them there, and what a killed process leaves is removed by the sweeper
 * of uploads.
 */
@Injectable()
export class BucketLabelFiles extends LabelFiles {
  constructor(private readonly store: ObjectStore) {
    super();
  }

  async receive({ name, body }: { name: string; body: AsyncIterable<Uint8Array> }, signal: AbortSignal): Promise<ReceivedFiles> {
    const key = objectKeys.staging(randomUUID());
    const discard = (): Promise<void> => this.store.delete([key]);
    try {
      const looked = new Looked(body);
      const { sizeBytes } = await this.store.upload(key, looked.chunks(), { contentType: 'application/octet-stream', signal });
      const files = looked.isZip ? await this.filesOfZip({ key, sizeBytes }, signal) : [this.file(name, { key, sizeBytes }, signal)];
      return { source: new SourceTree(files), discard };
    } catch (error) {
      await discard().catch(() => undefined);
      throw error;
    }
  }

  private file(name: string, { key, sizeBytes }: { key: string; sizeBytes: number }, signal: AbortSignal): SourceFile {
    return { path: name.normalize('NFC').split(/[/\\]/).at(-1) ?? name, sizeBytes, open: () => this.bodyOf(key, signal) };
  }

  private async *bodyOf(key: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const { body } = await this.store.get(key, { signal });
    const chunks: AsyncIterable<Uint8Array> = body;
    yield* chunks;
  }

  private async filesOfZip({ key, sizeBytes }: { key: string; sizeBytes: number }, signal: AbortSignal): Promise<SourceFile[]> {
    const source = rangedSource(sizeBytes, async (range, inner) => (await this.store.get(key, { range: { start: range.start, end: range.end - 1 }, signal: inner ?? signal })).body);
    const directory = await openArchive(source, { ...DEFAULT_ARCHIVE_LIMITS, maxArchiveBytes: MAX_BYTES, maxEntries: MAX_ENTRIES }, signal);
    const files: SourceFile[] = [];
    for (const entry of directory.entries()) {
      if (!entry.isDirectory && !entry.isJunk) files.push({ path: entry.name, sizeBytes: entry.sizeBytes, open: () => readEntry(source, entry, signal) });
    }
    return files;
  }
}

/** Sees what passes by: how it begins, and how much it is. */
class Looked {
  isZip = false;
  private head = Buffer.alloc(0);
  private bytes = 0;

  constructor(private readonly body: AsyncIterable<Uint8Array>) {}

  async *chunks(): AsyncIterable<Uint8Array> {
    for await (const chunk of this.body) {
      if (this.head.length < ZIP.length) this.head = Buffer.concat([this.head, chunk.subarray(0, ZIP.length)]).subarray(0, ZIP.length);
      this.isZip = this.head.equals(ZIP);
      this.bytes += chunk.length;
      if (this.bytes > MAX_BYTES) throw new DomainError('too-large', `Label files have at most ${MAX_BYTES} bytes.`, { extensions: { limit: MAX_BYTES } });
      yield chunk;
    }
  }
}
