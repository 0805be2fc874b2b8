import iconv from 'iconv-lite';
import { crc32 } from 'node:zlib';
import { EXTRA_UNICODE_PATH } from './zip-format.js';
import type { ExtraField } from './extra-fields.js';

/** How the bytes of a name are to be read; `unicodePath` where another field holds the name. `undecided` waits for the other names of the archive. */
export type NameDecoding =
  | { readonly kind: 'decided'; readonly name: string; readonly unicodePath: Buffer | null }
  | { readonly kind: 'undecided'; readonly validUtf8: boolean }
  | { readonly kind: 'broken'; readonly message: string };

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ASCII = /^[\x00-\x7f]*$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
/** Make `gpj.exe` look like `exe.jpg`. */
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/;
const REPLACEMENT = '\ufffd';
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/i;
const JUNK_FILE = /^(?:thumbs\.db|desktop\.ini)$/i;

export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

/** First step: the flag, or the Info-ZIP Unicode path field (APPNOTE 4.6.9) whose CRC ties it to the raw name. */
export function decodeName(raw: Buffer, utf8Flag: boolean, extra: readonly ExtraField[]): NameDecoding {
  const unicodePath = findUnicodePath(raw, extra);
  const pathText = unicodePath === null ? null : tryUtf8(unicodePath);
  const text = tryUtf8(raw);
  if (utf8Flag) {
    if (text === null) return { kind: 'broken', message: 'the name is marked as UTF-8 and is not valid UTF-8.' };
    if (pathText !== null && pathText !== text) return { kind: 'broken', message: 'the entry carries two different names.' };
    return { kind: 'decided', name: text.normalize('NFC'), unicodePath: null };
  }
  if (pathText !== null) return { kind: 'decided', name: pathText.normalize('NFC'), unicodePath };
  return { kind: 'undecided', validUtf8: text !== null };
}

/** Second step, for names without a flag: UTF-8 when all of them are, else CP949 (Korean Windows). Null when it is neither. */
export function decodeUnflaggedName(raw: Buffer, allValidUtf8: boolean): string | null {
  const text = allValidUtf8 ? tryUtf8(raw) : iconv.decode(raw, 'cp949');
  return text === null || text.includes(REPLACEMENT) ? null : text.normalize('NFC');
}

/** Names that are one file on a system that ignores case get one key. */
export function foldName(name: string): string {
  return isAscii(name) ? name.toLowerCase() : name.toUpperCase().toLowerCase().normalize('NFC');
}

/** Why a decoded name must not be used as a path; null when it may. */
export function nameProblem(name: string): string | null {
  if (name === '' || name === '/') return 'the name is empty.';
  if (CONTROL.test(name)) return 'the name holds a NUL or control character.';
  if (DIRECTION.test(name)) return 'the name holds a character that turns the direction of text.';
  if (name.includes('\\')) return 'the name holds a backslash.';
  if (name.startsWith('/')) return 'the name is an absolute path.';
  if (/^[a-z]:/i.test(name)) return 'the name begins with a drive letter.';
  return segmentProblem(name);
}

/** Leftovers of operating systems that are no part of a data set. */
export function isJunkName(name: string): boolean {
  const segments = name.split('/').filter((segment) => segment !== '');
  return segments[0] === '__MACOSX' || segments.some((segment) => segment.startsWith('.')) || JUNK_FILE.test(segments.at(-1) ?? '');
}

function segmentProblem(name: string): string | null {
  const path = name.endsWith('/') ? name.slice(0, -1) : name;
  for (const segment of path.split('/')) {
    if (segment === '..') return 'the name climbs out of the archive with "..".';
    if (segment === '.' || segment === '') return 'the name has an empty or "." part.';
    if (WINDOWS_DEVICE.test((segment.split('.')[0] ?? '').trimEnd())) return 'the name is a device name on Windows.';
  }
  return null;
}

function findUnicodePath(raw: Buffer, extra: readonly ExtraField[]): Buffer | null {
  const field = extra.find((candidate) => candidate.id === EXTRA_UNICODE_PATH)?.data;
  if (field === undefined || field.length < 5 || field[0] !== 1) return null;
  return field.readUInt32LE(1) === crc32(raw) ? field.subarray(5) : null;
}

function tryUtf8(bytes: Buffer): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}
