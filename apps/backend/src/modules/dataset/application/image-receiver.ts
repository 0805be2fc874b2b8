import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { refusedFile, type ConflictRule, type FileResult, type ImageSplit, type VerifiedImage } from './image-facts.js';
import { ImageIntake } from './image-intake.js';
import { headTooLong, LONG_HEAD_BYTES, readHead, tooLarge, type NamedImage } from './image-sniffing.js';
import { ImageRows } from './ports/image-rows.port.js';
import { ImageStorage } from './ports/image-storage.port.js';

/** A file as it arrives; read once. */
export interface IncomingFile {
  readonly name: string;
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
  /** Known when the body was read: the client sent more than is taken of one file. */
  isTruncated(): boolean;
}

export interface ReceiveOptions {
  readonly datasetId: string;
  readonly actor: string;
  readonly onConflict: ConflictRule;
  readonly split: ImageSplit | null;
  readonly signal: AbortSignal;
}

/** Not an image of the dataset: what it is instead. */
class Settled extends Error {
  constructor(readonly result: FileResult) {
    super('settled');
  }
}

/**
 * One file through the API: looked at by its first bytes, written straight to a key of its own, taken in. Up to a MiB of it is in memory, above that the parts of one
 * upload. What a crash leaves is an object without a row, which the sweeper knows by that (docs/adr/0010).
 */
@Injectable()
export class ImageReceiver {
  constructor(
    private readonly storage: ImageStorage,
    private readonly intake: ImageIntake,
    private readonly rows: ImageRows,
  ) {}

  /** A refusal of the file is its result; what it throws concerns the request: the store or the database is away, the dataset or the client is gone. */
  async receive(file: IncomingFile, options: ReceiveOptions): Promise<FileResult> {
    const body = file.body[Symbol.asyncIterator]();
    try {
      return await this.settle(file, body, options);
    } catch (error) {
      const result = resultOf(error, file.name);
      if (result === null) throw error;
      // The rest of a file that is not wanted stands before the next one.
      while ((await body.next()).done !== true) options.signal.throwIfAborted();
      return result;
    }
  }

  private async settle(file: IncomingFile, body: AsyncIterator<Uint8Array>, options: ReceiveOptions): Promise<FileResult> {
    const head = await readUpTo(body, LONG_HEAD_BYTES);
    options.signal.throwIfAborted();
    const named = readHead(head.bytes, { name: file.name, contentType: file.contentType, isWhole: head.isWhole });
    if (named === null) throw headTooLong();
    const image = head.isWhole ? await this.small(head.bytes, named, options) : await this.large(file, { named, head: head.bytes, body }, options);
    return this.takeIn(image, options);
  }

  private async small(bytes: Buffer, named: NamedImage, options: ReceiveOptions): Promise<VerifiedImage> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const twin = (await this.rows.bySha256(options.datasetId, [sha256])).get(sha256);
    if (twin !== undefined) throw new Settled({ status: 'duplicate', originalName: named.originalName, imageId: twin.number, fileName: twin.fileName });
    const place = await this.place(named, options);
    await this.storage.put(place.objectKey, bytes, { format: named.facts.format, signal: options.signal });
    return { ...verified(named, options), ...place, sha256, sizeBytes: bytes.length, crc32: crc32(bytes) };
  }

  private async large(file: IncomingFile, of: { named: NamedImage; head: Buffer; body: AsyncIterator<Uint8Array> }, options: ReceiveOptions): Promise<VerifiedImage> {
    const { named } = of;
    const place = await this.place(named, options);
    let crc = 0;
    const counted = (async function* () {
      for (let chunk: Uint8Array = of.head; ; ) {
        crc = crc32(chunk, crc);
        yield chunk;
        const next = await of.body.next();
        if (next.done === true) return;
        chunk = next.value;
      }
    })();
    const { sizeBytes, sha256 } = await this.storage.upload(place.objectKey, counted, { format: named.facts.format, signal: options.signal });
    if (file.isTruncated()) {
      await this.storage.discard([place.objectKey]);
      throw tooLarge();
    }
    return { ...verified(named, options), ...place, sha256, sizeBytes, crc32: crc };
  }

  private async place({ facts }: NamedImage, { datasetId }: ReceiveOptions): Promise<{ number: number; objectKey: string }> {
    const number = await this.intake.reserveNumbers(datasetId, 1);
    return { number, objectKey: this.storage.keyOf(datasetId, number, facts.format) };
  }

  /** When the answer of the database is lost, the object stays: it may be an image's. The sweeper knows. */
  private async takeIn(image: VerifiedImage, { datasetId, actor }: ReceiveOptions): Promise<FileResult> {
    const [result] = await this.intake.take({ datasetId, actor, images: [image] });
    if (result === undefined) throw new Error('an intake of one image gave no result');
    if (result.status !== 'stored' && result.status !== 'replaced') await this.storage.discard([image.objectKey]).catch(() => undefined);
    return result;
  }
}

function verified({ facts, originalName, fileName }: NamedImage, { onConflict, split }: ReceiveOptions): Omit<VerifiedImage, 'sha256' | 'sizeBytes' | 'crc32' | 'objectKey'> {
  const { format, width, height, channels, orientation } = facts;
  return { originalName, fileName, format, width, height, channels, orientation, onConflict, split };
}

const OF_THE_FILE = new Set(['unsupported-image', 'too-large', 'validation-failed']);

function resultOf(error: unknown, name: string): FileResult | null {
  if (error instanceof Settled) return error.result;
  return error instanceof DomainError && OF_THE_FILE.has(error.code) ? refusedFile(name, error) : null;
}

async function readUpTo(body: AsyncIterator<Uint8Array>, most: number): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= most) {
    const next = await body.next();
    if (next.done === true) return { bytes: Buffer.concat(chunks), isWhole: true };
    chunks.push(next.value);
    length += next.value.byteLength;
  }
  return { bytes: Buffer.concat(chunks), isWhole: false };
}
