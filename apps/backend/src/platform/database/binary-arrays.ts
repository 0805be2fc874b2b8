/**
 * Array parameters in Postgres' binary format (array_recv: dimensions, whether there are nulls, the type of the elements, length and first index; then each
 * element with its length). pg would write them as text with every quote escaped, and JSON is full of quotes: for batches that is most of the work of a write.
 * A statement that takes them names the type of the parameter: `$1::text[]`.
 */
const TYPE = { boolean: 16, bytes: 17, integer: 23, text: 25 } as const;
const HEAD_BYTES = 20;
const LENGTH_BYTES = 4;

export function booleanArray(values: readonly boolean[]): Buffer {
  return fixedArray(TYPE.boolean, values, { bytes: 1, write: (array, value, at) => array.writeUInt8(Number(value), at) });
}

/** `int[]`. */
export function integerArray(values: readonly number[]): Buffer {
  return fixedArray(TYPE.integer, values, { bytes: 4, write: (array, value, at) => array.writeInt32BE(value, at) });
}

export function textArray(values: readonly (string | null)[]): Buffer {
  return anyArray(TYPE.text, values, { bytesOf: (value) => Buffer.byteLength(value), write: (array, value, at) => array.write(value, at) });
}

/** `bytea[]` of hex digits. */
export function bytesArray(values: readonly (string | null)[]): Buffer {
  return anyArray(TYPE.bytes, values, { bytesOf: (hex) => hex.length / 2, write: (array, hex, at) => array.write(hex, at, 'hex') });
}

interface Fixed<T> {
  readonly bytes: number;
  write(array: Buffer, value: T, at: number): void;
}

function fixedArray<T>(type: number, values: readonly T[], { bytes, write }: Fixed<T>): Buffer {
  return anyArray(type, values, { bytesOf: () => bytes, write });
}

interface Elements<T> {
  bytesOf(value: T): number;
  write(array: Buffer, value: T, at: number): void;
}

function anyArray<T>(type: number, values: readonly (T | null)[], { bytesOf, write }: Elements<T>): Buffer {
  const lengths = values.map((value) => (value === null ? -1 : bytesOf(value)));
  const array = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + LENGTH_BYTES + Math.max(length, 0), HEAD_BYTES));
  writeHead(array, { type, count: values.length, hasNulls: lengths.includes(-1) });
  let at = HEAD_BYTES;
  values.forEach((value, index) => {
    const length = lengths[index] ?? -1;
    array.writeInt32BE(length, at);
    at += LENGTH_BYTES;
    if (value === null) return;
    write(array, value, at);
    at += length;
  });
  return array;
}

function writeHead(array: Buffer, { type, count, hasNulls }: { type: number; count: number; hasNulls: boolean }): void {
  array.writeInt32BE(1, 0);
  array.writeInt32BE(Number(hasNulls), 4);
  array.writeInt32BE(type, 8);
  array.writeInt32BE(count, 12);
  array.writeInt32BE(1, 16);
}
