import { once } from 'node:events';
import { crc32, createInflateRaw, inflateRawSync, type InflateRaw } from 'node:zlib';
import type { ByteCursor } from '../byte-cursor.js';
import { EndOfBytes } from '../byte-cursor.js';
import { METHOD_STORED } from '../zip-format.js';

/** The data of one entry is not what its header says. Becomes a finding. */
export class EntryDefect extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface EntryShape {
  readonly method: number;
  /** Null: known only from the descriptor behind the data (deflated entries alone). */
  readonly compressedBytes: number | null;
  readonly sizeBytes: number | null;
  readonly crc32: number | null;
  /** Hard cap of what is given out. */
  readonly maxBytes: number;
}

export interface EntryTotals {
  compressedBytes: number;
  sizeBytes: number;
  crc32: number;
}

/** Up to this size a deflated entry is unpacked in one call: cheaper than a stream by far, and a few milliseconds at most. */
const ONE_CALL_BYTES = 262_144;

/** Unpacks one entry from the cursor and checks size and CRC as the bytes go by. Never gives out more than the declared size. */
export async function* entryData(cursor: ByteCursor, shape: EntryShape, totals: EntryTotals): AsyncGenerator<Buffer, void, undefined> {
  const cap = shape.sizeBytes ?? shape.maxBytes;
  for await (const chunk of unpack(cursor, shape, totals)) {
    totals.sizeBytes += chunk.length;
    if (totals.sizeBytes > cap) throw new EntryDefect('size-lies', `it unpacks to more than the declared ${cap} bytes.`);
    totals.crc32 = crc32(chunk, totals.crc32);
    yield chunk;
  }
  if (shape.sizeBytes !== null && totals.sizeBytes !== shape.sizeBytes) throw new EntryDefect('size-lies', `it unpacks to ${totals.sizeBytes} bytes, not to the declared ${shape.sizeBytes}.`);
  if (shape.crc32 !== null && totals.crc32 !== shape.crc32) throw new EntryDefect('crc-mismatch', 'its CRC-32 is not the declared one: the data is damaged.');
}

function unpack(cursor: ByteCursor, shape: EntryShape, totals: EntryTotals): AsyncIterable<Buffer> {
  if (shape.method === METHOD_STORED) return stored(cursor, shape.compressedBytes ?? 0, totals);
  const { compressedBytes, sizeBytes } = shape;
  if (compressedBytes !== null && sizeBytes !== null && compressedBytes <= ONE_CALL_BYTES && sizeBytes <= ONE_CALL_BYTES) {
    return inflatedAtOnce(cursor, { compressedBytes, sizeBytes }, totals);
  }
  return inflated(cursor, compressedBytes, totals);
}

async function* stored(cursor: ByteCursor, byteCount: number, totals: EntryTotals): AsyncIterable<Buffer> {
  while (totals.compressedBytes < byteCount) {
    const chunk = await cursor.takeSome(byteCount - totals.compressedBytes);
    if (chunk === null) throw new EndOfBytes('the data of an entry is cut off');
    totals.compressedBytes += chunk.length;
    yield chunk;
  }
}

async function* inflatedAtOnce(cursor: ByteCursor, sizes: { compressedBytes: number; sizeBytes: number }, totals: EntryTotals): AsyncIterable<Buffer> {
  const packed = await cursor.take(sizes.compressedBytes);
  totals.compressedBytes = packed.length;
  yield inflateOnce(packed, sizes.sizeBytes);
}

function inflateOnce(packed: Buffer, sizeBytes: number): Buffer {
  const { buffer, engine } = inflateWithInfo(packed, sizeBytes);
  if (engine.bytesWritten !== packed.length) throw new EntryDefect('size-lies', 'bytes follow its packed data.');
  return buffer;
}

function inflateWithInfo(packed: Buffer, sizeBytes: number): { buffer: Buffer; engine: { bytesWritten: number } } {
  try {
    // With `info` the call returns the engine too, which the type definitions do not know.
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, sizeBytes), info: true }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
  } catch (error) {
    throw inflateDefect(error);
  }
}

/** Inflates from the cursor; what was taken behind the end of the packed data is put back. */
async function* inflated(cursor: ByteCursor, compressedBytes: number | null, totals: EntryTotals): AsyncIterable<Buffer> {
  const inflate = createInflateRaw();
  const feed = new InflateFeed(cursor, inflate, compressedBytes);
  // The feed runs beside the reading; its error is thrown after the loop or destroys the inflater.
  const feeding = feed.run();
  feeding.catch(() => undefined);
  try {
    for await (const chunk of inflate) yield chunk as Buffer;
    await feeding;
  } catch (error) {
    if (feed.failure !== null) throw feed.failure;
    throw inflateDefect(error);
  } finally {
    feed.stop();
    inflate.destroy();
    await feeding.catch(() => undefined);
    totals.compressedBytes = inflate.bytesWritten;
    cursor.unread(feed.leftover());
  }
  if (compressedBytes !== null && inflate.bytesWritten !== compressedBytes) throw new EntryDefect('size-lies', 'its packed data ends before the declared size.');
}

class InflateFeed {
  failure: Error | null = null;
  private pending: Buffer[] = [];
  private droppedBytes = 0;
  private fedBytes = 0;
  private stopped = false;

  constructor(
    private readonly cursor: ByteCursor,
    private readonly inflate: InflateRaw,
    private readonly byteCount: number | null,
  ) {
    inflate.once('end', () => this.stop());
    inflate.once('close', () => this.stop());
  }

  async run(): Promise<void> {
    try {
      while (!this.stopped && this.fedBytes !== this.byteCount) await this.feedOne();
      if (!this.stopped) this.inflate.end();
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.inflate.destroy(this.failure);
    }
  }

  stop(): void {
    this.stopped = true;
    this.inflate.emit('drain');
  }

  /** Bytes that were fed and not consumed. */
  leftover(): Buffer {
    const all = Buffer.concat(this.pending);
    return all.subarray(Math.min(all.length, this.inflate.bytesWritten - this.droppedBytes));
  }

  private async feedOne(): Promise<void> {
    const chunk = await this.cursor.takeSome(this.byteCount === null ? Number.MAX_SAFE_INTEGER : this.byteCount - this.fedBytes);
    if (chunk === null) throw new EndOfBytes('the data of an entry is cut off');
    this.fedBytes += chunk.length;
    this.pending.push(chunk);
    this.dropConsumed();
    if (this.stopped) return;
    if (!this.inflate.write(chunk)) await once(this.inflate, 'drain');
  }

  private dropConsumed(): void {
    for (let head = this.pending[0]; head !== undefined && this.droppedBytes + head.length <= this.inflate.bytesWritten; head = this.pending[0]) {
      this.droppedBytes += head.length;
      this.pending.shift();
    }
  }
}

function inflateDefect(error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ERR_BUFFER_TOO_LARGE') return new EntryDefect('size-lies', 'it unpacks to more than the declared size.', { cause: error });
  if (code.startsWith('Z_')) return new EntryDefect('data-damaged', 'its packed data is damaged.', { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}
