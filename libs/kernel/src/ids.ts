const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const ID_BYTES = 16;
/** Random bytes are fetched for many ids at once: a call for each costs more than all the rest. */
const random = new Uint8Array(256 * ID_BYTES);
let used = random.length;

/**
 * A UUID version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits, so that ids sort by the time they were made
 * and B-tree inserts stay at the right edge. Uses Web Crypto, which Node and browsers share.
 */
export function newId(nowMilliseconds: number = Date.now()): string {
  if (used === random.length) {
    crypto.getRandomValues(random);
    used = 0;
  }
  const at = used;
  used += ID_BYTES;
  const bits = (index: number): number => random[at + index] ?? 0;
  const hex = (index: number): string => HEX[bits(index)] ?? '';
  const time = nowMilliseconds.toString(16).padStart(12, '0');
  const [version, variant] = [HEX[(bits(6) & 0x0f) | 0x70] ?? '', HEX[(bits(8) & 0x3f) | 0x80] ?? ''];
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex(7)}-${variant}${hex(9)}-${hex(10)}${hex(11)}${hex(12)}${hex(13)}${hex(14)}${hex(15)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether `value` has the form of a lower-case UUID. */
export function isUuid(value: string): boolean {
  return UUID.test(value);
}
