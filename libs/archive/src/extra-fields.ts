export interface ExtraField {
  readonly id: number;
  readonly data: Buffer;
}

/**
 * The extra fields of a header. Null when a length leaves the area, or when more than three stray bytes follow the last field
 * (up to three are seen in the wild, as padding of alignment tools).
 */
export function parseExtraFields(area: Buffer): readonly ExtraField[] | null {
  const fields: ExtraField[] = [];
  let position = 0;
  while (position + 4 <= area.length) {
    const end = position + 4 + area.readUInt16LE(position + 2);
    if (end > area.length) return null;
    fields.push({ id: area.readUInt16LE(position), data: area.subarray(position + 4, end) });
    position = end;
  }
  return fields;
}

/**
 * Whether one of the fields is of interest to the reader, without making objects: nearly every entry of a Unix tool carries times and owners only.
 * Null as in `parseExtraFields`.
 */
export function hasField(bytes: Buffer, range: { readonly start: number; readonly end: number }, wanted: ReadonlySet<number>): boolean | null {
  let found = false;
  let position = range.start;
  while (position + 4 <= range.end) {
    if (wanted.has(bytes.readUInt16LE(position))) found = true;
    position += 4 + bytes.readUInt16LE(position + 2);
    if (position > range.end) return null;
  }
  return found;
}

/** A 64-bit field as a number; null when it is not a safe integer, which no honest archive needs. */
export function readSafeUInt64(bytes: Buffer, offset: number): number | null {
  const value = bytes.readBigUInt64LE(offset);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(value);
}
