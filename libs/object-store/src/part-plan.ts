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
