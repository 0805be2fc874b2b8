/** What a byte of a name asks for: nothing, care about the parts of the path, or the rules that read text. */
const BytePlain = 0;
const ByteSlash = 1;
const ByteDot = 2;
const ByteDoubtful = 3;

const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x2f) return ByteSlash;
  if (byte === 0x2e) return ByteDot;
  return byte < 0x20 || byte >= 0x7f || byte === 0x5c || byte === 0x3a ? ByteDoubtful : BytePlain;
});

/** First three letters of the device names of Windows and of the leftovers that systems put into archives; see `nameProblem` and `isJunkName`. */
const DOUBTFUL_HEADS: ReadonlySet<number> = new Set(['con', 'prn', 'aux', 'nul', 'clo', 'com', 'lpt', '__m', 'thu', 'des'].map((head) => headOf(Buffer.from(head), 0)));

function headOf(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) | 0x20) << 16) | (((bytes[at + 1] ?? 0) | 0x20) << 8) | ((bytes[at + 2] ?? 0) | 0x20);
}

/**
 * Whether the bytes are a name that is ASCII, safe as a path and no junk, told without making a text. False means "look closer", not "unsafe": it is
 * the short way round for the names that nearly all archives have, and never says yes where `nameProblem` or `isJunkName` would object.
 */
export function isPlainName(bytes: Uint8Array, start: number, end: number): boolean {
  let part = start;
  for (let at = start; at < end; at += 1) {
    const kind = KINDS[bytes[at] ?? 0];
    if (kind === ByteDoubtful) return false;
    if (at === part && (kind !== BytePlain || DOUBTFUL_HEADS.has(headOf(bytes, at)))) return false;
    if (kind === ByteSlash) part = at + 1;
  }
  return end > start;
}
