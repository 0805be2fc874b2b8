/** Rules that S3 and R2 share; R2 also wants all parts but the last equal. */
export const MIN_PART_BYTES = 5 * 1024 * 1024;
export const MAX_PART_BYTES = 5 * 1024 * 1024 * 1024 - MIN_PART_BYTES;
export const MAX_PARTS = 10_000;

/** Byte ranges (inclusive) of equal parts of an object, the last one shorter; `partBytes` grows where there would be too many. */
export function equalParts(sizeBytes: number, partBytes: number): { readonly start: number; readonly end: number }[] {
  const each = Math.min(MAX_PART_BYTES, Math.max(MIN_PART_BYTES, partBytes, Math.ceil(sizeBytes / MAX_PARTS)));
  const parts: { start: number; end: number }[] = [];
  for (let start = 0; start < sizeBytes; start += each) parts.push({ start, end: Math.min(start + each, sizeBytes) - 1 });
  return parts;
}

/** Null when the store takes parts of these sizes, else why not. */
export function partRuleBroken(sizes: readonly number[]): string | null {
  const first = sizes[0];
  const last = sizes.at(-1);
  if (first === undefined || last === undefined) return 'no part';
  if (sizes.length > MAX_PARTS) return `more than ${MAX_PARTS} parts`;
  const others = sizes.slice(0, -1);
  if (others.some((size) => size !== first)) return 'parts but the last differ in size';
  if (others.length > 0 && (first < MIN_PART_BYTES || last > first)) return 'a part is too small, or the last one too large';
  return sizes.some((size) => size > MAX_PART_BYTES) ? 'a part is too large' : null;
}

/** Parts of an object that begins with the first bytes of another one. */
export interface ExtensionPlan {
  readonly partBytes: number;
  /** Ranges of the other object that are copied inside the store, each of `partBytes`. */
  readonly copies: readonly { readonly start: number; readonly end: number }[];
  /** Bytes of the prefix behind the last copied range: they are read, and stand in front of what is new. */
  readonly remainder: number;
}

/**
 * How an object of `prefixBytes` copied bytes and some new ones is put together by equal parts. `restBytes` is what is new where it is known and held in
 * memory: then the copies are as large as may be (k = ceil(prefix / largest part) of floor(prefix / k) bytes; less than k bytes remain) and the new bytes are the last part. Null: what is
 * new is cut into parts of `heldBytes` or more, and so are the copies. Answers null where the prefix is too short to be copied.
 */
export function extensionPlan(prefixBytes: number, restBytes: number | null, heldBytes: number): ExtensionPlan | null {
  if (prefixBytes < MIN_PART_BYTES) return null;
  const count = Math.ceil(prefixBytes / MAX_PART_BYTES);
  const largest = Math.floor(prefixBytes / count);
  if (restBytes !== null && prefixBytes - count * largest + restBytes <= largest) return planOf(prefixBytes, largest);
  return planOf(prefixBytes, Math.min(prefixBytes, Math.max(heldBytes, Math.ceil(prefixBytes / (MAX_PARTS / 2)))));
}

function planOf(prefixBytes: number, partBytes: number): ExtensionPlan {
  const count = Math.floor(prefixBytes / partBytes);
  const copies = Array.from({ length: count }, (_, index) => ({ start: index * partBytes, end: (index + 1) * partBytes - 1 }));
  return { partBytes, copies, remainder: prefixBytes - count * partBytes };
}
