import { crc32 } from 'node:zlib';
import type { ObjectStore } from '@app/object-store';
import type { ZipBase } from '../domain/snapshot.repository.port.js';

/** Places that are looked at. */
const SPOTS = 8;
const WINDOW_BYTES = 512 * 1024;
const LARGEST_IMAGE_BYTES = 8 * 1024 * 1024;
const LOCAL_HEADER = Buffer.from('PK\x03\x04', 'latin1');
const LOCAL_HEADER_BYTES = 30;
const UNKNOWN_SIZE = 0xff_ff_ff_ff;

interface FoundEntry {
  /** In the window. */
  readonly start: number;
  readonly end: number;
  readonly crc32: number;
}

/**
 * What is wrong with a zip that others may begin like; null: nothing that can be seen without reading it whole. Images that lie whole in one of the windows are held against their CRC, at 100 kB
 * each some forty of them; where none does, the first that begins in it.
 */
export async function faultOfZip(store: ObjectStore, { key, sizeBytes, etag, region }: ZipBase, signal: AbortSignal): Promise<string | null> {
  const head = await store.head(key, signal);
  if (head === null) return 'it is not in the store';
  if (head.sizeBytes !== sizeBytes) return `it has ${head.sizeBytes} bytes instead of ${sizeBytes}`;
  if (etag !== null && head.etag !== etag) return 'its ETag is not the one that it was written with';
  const room = Math.max(1, region.bytes - WINDOW_BYTES);
  for (let spot = 0; spot < SPOTS; spot += 1) {
    // One place in each eighth: the whole is seen in time.
    const start = Math.floor(((spot + Math.random()) / SPOTS) * room);
    const end = Math.min(start + WINDOW_BYTES, region.bytes);
    const window = Buffer.from(await store.getBytes(key, WINDOW_BYTES, { range: { start, end: end - 1 }, signal }));
    const entries = [...entriesIn(window)];
    const whole = entries.filter((entry) => entry.end <= window.length);
    if (whole.some((entry) => crc32(window.subarray(entry.start, entry.end)) !== entry.crc32)) return DAMAGED;
    const [cut] = whole.length > 0 ? [] : entries;
    if (cut === undefined || start + cut.end > region.bytes || cut.end - cut.start > LARGEST_IMAGE_BYTES) continue;
    const bytes = await store.getBytes(key, LARGEST_IMAGE_BYTES, { range: { start: start + cut.start, end: start + cut.end - 1 }, signal });
    if (crc32(bytes) !== cut.crc32) return DAMAGED;
  }
  return null;
}

const DAMAGED = 'an image in it has other bytes than its CRC says';

/** Those that begin in it; the last may end behind it. Source: APPNOTE.TXT 6.3.10, 4.3.7. Images are stored, with their sizes in the header. */
export function* entriesIn(window: Buffer): Generator<FoundEntry> {
  for (let at = window.indexOf(LOCAL_HEADER); at >= 0; ) {
    const entry = entryAt(window, at);
    if (entry !== null) yield entry;
    at = window.indexOf(LOCAL_HEADER, entry === null ? at + 1 : entry.end);
  }
}

function entryAt(window: Buffer, at: number): FoundEntry | null {
  const header = window.subarray(at, at + LOCAL_HEADER_BYTES);
  if (header.length < LOCAL_HEADER_BYTES) return null;
  const [packed, unpacked] = [header.readUInt32LE(18), header.readUInt32LE(22)];
  // Four such bytes in the middle of an image are no header.
  if (header.readUInt16LE(8) !== 0 || packed !== unpacked || packed === UNKNOWN_SIZE || packed === 0) return null;
  const start = at + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  return { start, end: start + packed, crc32: header.readUInt32LE(14) };
}
