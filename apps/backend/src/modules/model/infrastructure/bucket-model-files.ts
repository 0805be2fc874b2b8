import { createHash } from 'node:crypto';
import { newId, readOnnxMetadata } from '@app/kernel';
import { objectKeys, ObjectStore, Presigner, StoreMeter } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { linesOf } from '../../../platform/storage/lines-of.js';
import { ModelFiles, type SignedUrl } from '../application/ports/model-files.port.js';
import type { ModelObject } from '../domain/model.js';
import { HeldDeletions } from '../../../platform/storage/held-deletions.js';

const PUT_SECONDS = 3_600;
/** Lines are gathered into pieces of this many characters: an upload takes few large pieces better than many small ones. */
const PIECE_CHARACTERS = 256 * 1024;
/** One image of 1,000 objects with shapes has some megabytes. */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

@Injectable()
export class BucketModelFiles extends ModelFiles {
  constructor(
    private readonly store: ObjectStore,
    private readonly deletions: HeldDeletions,
    private readonly presigner: Presigner,
    private readonly meter: StoreMeter,
  ) {
    super();
  }

  uploadKey(modelId: string): string {
    return objectKeys.uploadedModel(modelId);
  }

  imagesKey(runId: string): string {
    return objectKeys.inferenceImages(runId);
  }

  presignPut({ key, sizeBytes, sha256 }: ModelObject): SignedUrl & { headers: Readonly<Record<string, string>> } {
    return this.presigner.presignPut(key, { sizeBytes, sha256, contentType: 'application/octet-stream', expiresInSeconds: PUT_SECONDS });
  }

  presignGet(key: string, downloadName: string): SignedUrl {
    return this.presigner.presignGet(key, { downloadName, contentType: 'application/octet-stream' });
  }

  async sizeOf(key: string): Promise<number | null> {
    const found = await this.store.head(key);
    // Asked once of what was to be put by a URL: it was.
    if (found !== null) this.meter.count({ operation: 'PutObject', kind: 'proven', key });
    return found?.sizeBytes ?? null;
  }

  async metadata({ key, sizeBytes }: ModelObject): Promise<Readonly<Record<string, string>> | null> {
    return readOnnxMetadata(sizeBytes, ({ start, end }) => this.store.getBytes(key, end - start, { range: { start, end: end - 1 } }));
  }

  async remove(keys: readonly string[]): Promise<void> {
    await this.deletions.remove(keys);
  }

  async writeLines(key: string, lines: AsyncIterable<unknown>, signal: AbortSignal): Promise<ModelObject> {
    const { sizeBytes, sha256 } = await this.store.upload(key, pieces(lines), { contentType: 'application/x-ndjson', signal });
    return { key, sizeBytes, sha256 };
  }

  async *readLines({ key }: ModelObject, signal: AbortSignal): AsyncGenerator<string> {
    const { body } = await this.store.get(key, { signal });
    for await (const line of linesOf(body, MAX_LINE_CHARACTERS)) if (line !== '') yield line;
  }

  async stage(bytes: Uint8Array): Promise<ModelObject> {
    const key = objectKeys.stagedImage(newId());
    await this.store.put(key, bytes, { contentType: 'application/octet-stream' });
    return { key, sizeBytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
}

async function* pieces(lines: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  let text = '';
  for await (const line of lines) {
    text += `${JSON.stringify(line)}\n`;
    if (text.length < PIECE_CHARACTERS) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
