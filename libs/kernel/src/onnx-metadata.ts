/** Answers the bytes from `start` up to, but not with, `end`. */
export type ReadRange = (range: { readonly start: number; readonly end: number }) => Promise<Uint8Array>;

/** Fields of ModelProto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
const METADATA_PROPS = 14;
const HEAD_BYTES = 64;
const MOST_METADATA_BYTES = 4 * 1024 * 1024;
const MOST_FIELDS = 10_000;
const UTF_8 = new TextDecoder();

/**
 * The key-value pairs that an ONNX file carries. Reads the heads of its outermost fields and jumps over the graph, so that a model of gigabytes costs some
 * kilobytes. Null for what is no such file. Runs in a browser, too: the page fills its form from a chosen file.
 */
export async function readOnnxMetadata(sizeBytes: number, readStore: ReadRange): Promise<Readonly<Record<string, string>> | null> {
  const read = inBlocks(sizeBytes, readStore);
  const metadata: Record<string, string> = {};
  let total = 0;
  let at = 0;
  for (let fields = 0; at < sizeBytes; fields += 1) {
    if (fields > MOST_FIELDS) return null;
    const head = fieldOf(await read({ start: at, end: Math.min(sizeBytes, at + HEAD_BYTES) }));
    if (head === null || at + head.bytes + head.length > sizeBytes) return null;
    const start = at + head.bytes;
    at = start + head.length;
    if (head.field !== METADATA_PROPS) continue;
    total += head.length;
    if (total > MOST_METADATA_BYTES) return null;
    if (head.length === 0) continue;
    const [key, value] = entryOf(await read({ start, end: at }));
    if (key !== undefined) metadata[key] = value ?? '';
  }
  return metadata;
}

const BLOCK_BYTES = 64 * 1024;

/** Small reads one behind the other come out of one larger read. */
function inBlocks(sizeBytes: number, read: ReadRange): ReadRange {
  let block: { readonly start: number; readonly bytes: Uint8Array } = { start: 0, bytes: new Uint8Array() };
  return async ({ start, end }) => {
    if (start < block.start || end > block.start + block.bytes.length) block = { start, bytes: await read({ start, end: Math.min(sizeBytes, Math.max(end, start + BLOCK_BYTES)) }) };
    return block.bytes.subarray(start - block.start, end - block.start);
  };
}

interface FieldHead {
  readonly field: number;
  /** Of tag and length. */
  readonly bytes: number;
  /** Of what follows. */
  readonly length: number;
}

function fieldOf(bytes: Uint8Array): FieldHead | null {
  const tag = varint(bytes, 0);
  if (tag === null) return null;
  const [field, wire] = [Math.floor(tag.value / 8), tag.value % 8];
  if (wire === 1) return { field, bytes: tag.next, length: 8 };
  if (wire === 5) return { field, bytes: tag.next, length: 4 };
  const number = varint(bytes, tag.next);
  if (number === null) return null;
  if (wire === 0) return { field, bytes: number.next, length: 0 };
  return wire === 2 ? { field, bytes: number.next, length: number.value } : null;
}

/** StringStringEntryProto: key is field 1, value field 2. */
function entryOf(bytes: Uint8Array): [string | undefined, string | undefined] {
  const found: (string | undefined)[] = [undefined, undefined];
  for (let at = 0; at < bytes.length; ) {
    const head = fieldOf(bytes.subarray(at));
    if (head === null) break;
    const start = at + head.bytes;
    at = start + head.length;
    if (head.field === 1 || head.field === 2) found[head.field - 1] = UTF_8.decode(bytes.subarray(start, at));
  }
  return [found[0], found[1]];
}

const LONGEST_VARINT = 8;

/** Little end first, seven bits a byte; up to 2^53. */
function varint(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } | null {
  let value = 0;
  for (let index = 0; index < LONGEST_VARINT; index += 1) {
    const byte = bytes[from + index];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return Number.isSafeInteger(value) ? { value, next: from + index + 1 } : null;
  }
  return null;
}
