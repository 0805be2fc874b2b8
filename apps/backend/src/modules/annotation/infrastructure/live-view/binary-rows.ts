/** `PGCOPY\n\377\r\n\0`, flags, and the length of an extension, which is 0. Source: PostgreSQL documentation, COPY, "Binary Format". */
const HEADER_BYTES = 19;
const NO_MORE_ROWS = -1;

/** Whole rows of a binary COPY as they stand in `bytes`; each starts with the first field (length, data). */
export interface BinaryRows {
  readonly bytes: Buffer;
  readonly starts: readonly number[];
}

/** The rows of `copy ... (format binary)`, those of a chunk at a time: nothing is made of a row but what its reader makes. */
export async function* binaryRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<BinaryRows, void, void> {
  let rest: Buffer = Buffer.alloc(0);
  let isHead = true;
  for await (const chunk of chunks) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (isHead) {
      if (bytes.length < HEADER_BYTES) {
        rest = bytes;
        continue;
      }
      bytes = bytes.subarray(HEADER_BYTES);
      isHead = false;
    }
    const starts: number[] = [];
    let at = 0;
    for (let end = rowEnd(bytes, at); end !== null; end = rowEnd(bytes, at)) {
      starts.push(at + 2);
      at = end;
    }
    rest = bytes.subarray(at);
    if (starts.length > 0) yield { bytes, starts };
  }
}

/** Null: the row is not there whole, or it is the end. */
function rowEnd(bytes: Buffer, start: number): number | null {
  if (start + 2 > bytes.length) return null;
  const fields = bytes.readInt16BE(start);
  if (fields === NO_MORE_ROWS) return null;
  let at = start + 2;
  for (let field = 0; field < fields; field += 1) {
    if (at + 4 > bytes.length) return null;
    at += 4 + Math.max(0, bytes.readInt32BE(at));
  }
  return at <= bytes.length ? at : null;
}

/** The fields of a row one after the other. */
export class RowFields {
  private isNull = false;

  constructor(
    private readonly bytes: Buffer,
    /** Where the field that was read ends. */
    public end: number,
  ) {}

  /** Where the data of the next field begins; at its end where there is none. */
  data(): number {
    const length = this.bytes.readInt32BE(this.end);
    this.isNull = length < 0;
    const start = this.end + 4;
    this.end = this.isNull ? start : start + length;
    return start;
  }

  /** Of a column that is never null. */
  int4(): number {
    return this.bytes.readInt32BE(this.data());
  }

  /** Up to 2^53. */
  int8(): number | null {
    const at = this.data();
    return this.isNull ? null : this.bytes.readInt32BE(at) * 2 ** 32 + this.bytes.readUInt32BE(at + 4);
  }

  text(): string | null {
    const at = this.data();
    return this.isNull ? null : this.bytes.toString('utf8', at, this.end);
  }

  hex(): string {
    return this.bytes.toString('hex', this.data(), this.end);
  }
}
