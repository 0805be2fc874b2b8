import type { ByteText } from './byte-text.js';
import { centralHeader, localBytes, placedAt, writeStoredLine, type EntryFacts } from './zip-headers.js';
import { MAX_UINT32 } from '../zip-format.js';

/** Stored entries in columns: a million objects of them would cost more than all else that is done with them. */
export interface EntryBatch {
  readonly count: number;
  /** Holds the names, UTF-8. */
  readonly bytes: Buffer;
  /** Where in `bytes` the name of each begins and ends. */
  readonly nameStarts: Uint32Array;
  readonly nameEnds: Uint32Array;
  /** Bytes of the data of each. */
  readonly sizes: Float64Array;
  readonly crcs: Uint32Array;
}

const at = (column: Uint32Array | Float64Array, index: number): number => column[index] ?? 0;

/** The entry of one row. */
export function entryOf(batch: EntryBatch, index: number): EntryFacts {
  return { name: batch.bytes.toString('utf8', at(batch.nameStarts, index), at(batch.nameEnds, index)), sizeBytes: at(batch.sizes, index), crc32: at(batch.crcs, index) };
}

/** Bytes of the name of one row. */
export function nameBytes(batch: EntryBatch, index: number): number {
  return at(batch.nameEnds, index) - at(batch.nameStarts, index);
}

/** What a digest of entries is of, row by row: JSON of name, size, CRC and null. */
export function writeDigestLines(text: ByteText, batch: EntryBatch, { from, to }: { readonly from: number; readonly to: number }): void {
  for (let index = from; index < to; index += 1) {
    text.ascii('[').json(batch.bytes, at(batch.nameStarts, index), at(batch.nameEnds, index));
    text.ascii(',').number(at(batch.sizes, index)).ascii(',').number(at(batch.crcs, index)).ascii(',null]\n');
  }
}

/** With all numbers of zip64. */
const LONGEST_LINE_BUT_NAME = 46 + 4 + 3 * 8;

/** The lines of a directory for stored entries that stand one behind the other. */
export class BatchDirectory {
  private lines = Buffer.alloc(0);

  /** `offset`: where the first of them begins. */
  constructor(public offset = 0) {}

  /** The lines of the next ones, in the same memory each time: good until more are asked for. */
  next(batch: EntryBatch): Buffer {
    const most = batch.count * LONGEST_LINE_BUT_NAME + batch.bytes.length;
    if (most > this.lines.length) this.lines = Buffer.allocUnsafeSlow(most * 2);
    const { lines } = this;
    let used = 0;
    for (let index = 0; index < batch.count; index += 1) {
      const size = at(batch.sizes, index);
      used += size >= MAX_UINT32 ? centralHeader(placedAt(entryOf(batch, index), this.offset)).copy(lines, used) : writeStoredLine(lines, used, { batch, index, offset: this.offset });
      this.offset += localBytes(nameBytes(batch, index), size, size) + size;
    }
    return lines.subarray(0, used);
  }
}
