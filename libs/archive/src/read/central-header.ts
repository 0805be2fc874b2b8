import { hasField, parseExtraFields, readSafeUInt64, type ExtraField } from '../extra-fields.js';
import { CENTRAL_HEADER_BYTES, EXTRA_ASI_UNIX, EXTRA_PKWARE_UNIX, EXTRA_UNICODE_PATH, EXTRA_ZIP64, FLAG_ENCRYPTED, FLAG_MASKED_HEADERS, FLAG_PATCH, FLAG_STRONG_ENCRYPTION, MAX_UINT16, MAX_UINT32, METHOD_DEFLATED, METHOD_STORED } from '../zip-format.js';

/** A header of the central directory with its zip64 numbers put in. */
export interface CentralHeader {
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  readonly localHeaderOffset: number;
  readonly unixMode: number;
  readonly diskNumber: number;
  /** Empty when no field is of interest. */
  readonly extra: readonly ExtraField[];
}

const FILE_TYPE_MASK = 0o170000;
const REGULAR_FILE = 0o100000;
const DIRECTORY = 0o040000;
/** Times, user and group; anything behind them is the target of a link or a device number. */
const PKWARE_UNIX_FIXED_BYTES = 12;

const READ_FIELDS: ReadonlySet<number> = new Set([EXTRA_ZIP64, EXTRA_PKWARE_UNIX, EXTRA_ASI_UNIX, EXTRA_UNICODE_PATH]);
const NO_FIELDS: readonly ExtraField[] = [];

/** The numbers of the header at this place, which must be there as a whole, or a sentence that says why they cannot be read. */
export function parseCentralHeader(bytes: Buffer, at: number): CentralHeader | string {
  const extraStart = at + CENTRAL_HEADER_BYTES + bytes.readUInt16LE(at + 28);
  const extra = fieldsOf(bytes, extraStart, extraStart + bytes.readUInt16LE(at + 30));
  if (extra === null) return 'an extra field leaves its area.';
  const short = {
    sizeBytes: bytes.readUInt32LE(at + 24),
    compressedBytes: bytes.readUInt32LE(at + 20),
    localHeaderOffset: bytes.readUInt32LE(at + 42),
    diskNumber: bytes.readUInt16LE(at + 34),
  };
  const numbers = extra.length === 0 && !isLong(short) ? short : resolveZip64(short, extra);
  if (typeof numbers === 'string') return numbers;
  return {
    flags: bytes.readUInt16LE(at + 8),
    method: bytes.readUInt16LE(at + 10),
    crc32: bytes.readUInt32LE(at + 16),
    unixMode: bytes.readUInt32LE(at + 38) >>> 16,
    extra,
    sizeBytes: numbers.sizeBytes,
    compressedBytes: numbers.compressedBytes,
    localHeaderOffset: numbers.localHeaderOffset,
    diskNumber: numbers.diskNumber,
  };
}

function fieldsOf(bytes: Buffer, start: number, end: number): readonly ExtraField[] | null {
  if (start === end) return NO_FIELDS;
  const found = hasField(bytes, { start, end }, READ_FIELDS);
  if (found === null) return null;
  return found ? parseExtraFields(bytes.subarray(start, end)) : NO_FIELDS;
}

function isLong(short: Zip64Numbers): boolean {
  return short.sizeBytes === MAX_UINT32 || short.compressedBytes === MAX_UINT32 || short.localHeaderOffset === MAX_UINT32 || short.diskNumber === MAX_UINT16;
}

/** Why an entry of this kind is not read; null when it is. The method is judged here because the rest makes no sense without it. */
export function kindProblem(header: CentralHeader, isDirectory: boolean): { code: string; message: string } | null {
  if ((header.flags & (FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION | FLAG_MASKED_HEADERS)) !== 0) return { code: 'encrypted', message: 'it is encrypted.' };
  if ((header.flags & FLAG_PATCH) !== 0) return { code: 'unsupported-method', message: 'it holds patch data.' };
  if (header.method !== METHOD_STORED && header.method !== METHOD_DEFLATED) {
    return { code: 'unsupported-method', message: `it uses compression method ${header.method}; only stored (0) and deflated (8) are read.` };
  }
  if (header.diskNumber !== 0) return { code: 'multi-disk', message: 'it claims to lie on another disk.' };
  if (isSpecial(header, isDirectory)) return { code: 'special-file', message: 'it is a link, a device or another special file.' };
  return dataProblem(header, isDirectory);
}

function dataProblem(header: CentralHeader, isDirectory: boolean): { code: string; message: string } | null {
  // A deflated nothing takes two bytes; some Java tools write directories that way.
  if (isDirectory && (header.sizeBytes > 0 || header.compressedBytes > (header.method === METHOD_DEFLATED ? 2 : 0))) {
    return { code: 'directory-with-data', message: 'it is a directory and holds data.' };
  }
  if (header.method === METHOD_STORED && header.sizeBytes !== header.compressedBytes) {
    return { code: 'size-lies', message: 'it is stored, and its two sizes differ.' };
  }
  return null;
}

function isSpecial(header: CentralHeader, isDirectory: boolean): boolean {
  if (isSpecialMode(header.unixMode, isDirectory)) return true;
  for (const field of header.extra) {
    if (field.id === EXTRA_PKWARE_UNIX && field.data.length > PKWARE_UNIX_FIXED_BYTES) return true;
    if (field.id === EXTRA_ASI_UNIX && field.data.length >= 6 && isSpecialMode(field.data.readUInt16LE(4), isDirectory)) return true;
  }
  return false;
}

function isSpecialMode(mode: number, isDirectory: boolean): boolean {
  const type = mode & FILE_TYPE_MASK;
  return type !== 0 && type !== (isDirectory ? DIRECTORY : REGULAR_FILE);
}

interface Zip64Numbers {
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  readonly localHeaderOffset: number;
  readonly diskNumber: number;
}

/** APPNOTE 4.5.3: the field holds, in this order, exactly the numbers whose short form is all ones. */
function resolveZip64(short: Zip64Numbers, extra: readonly ExtraField[]): Zip64Numbers | string {
  const fields = extra.filter((field) => field.id === EXTRA_ZIP64);
  if (fields.length > 1) return 'it has two zip64 fields.';
  const data = fields[0]?.data;
  const wanted = (['sizeBytes', 'compressedBytes', 'localHeaderOffset'] as const).filter((name) => short[name] === MAX_UINT32);
  if (data === undefined) return wanted.length > 0 || short.diskNumber === MAX_UINT16 ? 'its zip64 field is missing.' : short;
  if (wanted.length === 0) return redundantZip64Agrees(short, data) ? short : 'its zip64 field disagrees with the plain sizes.';
  if (data.length < wanted.length * 8) return 'its zip64 field is too short.';
  const long: Record<(typeof wanted)[number], number> = { sizeBytes: short.sizeBytes, compressedBytes: short.compressedBytes, localHeaderOffset: short.localHeaderOffset };
  for (const [position, name] of wanted.entries()) {
    const value = readSafeUInt64(data, position * 8);
    if (value === null) return 'its zip64 field holds a number that cannot be true.';
    long[name] = value;
  }
  return { ...long, diskNumber: short.diskNumber === MAX_UINT16 ? 0 : short.diskNumber };
}

/** Some writers always add the field; then it must say the same. */
function redundantZip64Agrees(short: Zip64Numbers, data: Buffer): boolean {
  const expected = [short.sizeBytes, short.compressedBytes, short.localHeaderOffset];
  return expected.every((value, position) => data.length < (position + 1) * 8 || readSafeUInt64(data, position * 8) === value);
}
