const ORIENTATION_TAG = 0x0112;
const TYPE_BYTE = 1;
const TYPE_SHORT = 3;
const TYPE_LONG = 4;
const BYTES_OF_TYPE: ReadonlyMap<number, number> = new Map([
  [TYPE_BYTE, 1],
  [TYPE_SHORT, 2],
  [TYPE_LONG, 4],
]);

/**
 * Reads the orientation (1..8) from a TIFF block as EXIF carries it; 1 when it is absent or damaged. Source: EXIF 2.32, TIFF 6.0. The standard knows
 * SHORT only; the decoder (libexif) takes BYTE and LONG as well, and what it does to the pixels is what counts.
 */
export function exifOrientation(tiff: DataView): number {
  if (tiff.byteLength < 14) return 1;
  const order = tiff.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  if (tiff.getUint16(2, little) !== 42) return 1;
  const directory = tiff.getUint32(4, little);
  if (directory + 2 > tiff.byteLength) return 1;
  const count = tiff.getUint16(directory, little);
  for (let index = 0; index < count; index += 1) {
    const entry = directory + 2 + index * 12;
    if (entry + 12 > tiff.byteLength) return 1;
    if (tiff.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const value = integerAt(tiff, entry, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** The first value of an entry of the directory; 0 when it is no integer, or when its values do not lie in the entry itself. */
function integerAt(tiff: DataView, entry: number, little: boolean): number {
  const [type, count] = [tiff.getUint16(entry + 2, little), tiff.getUint32(entry + 4, little)];
  const bytes = BYTES_OF_TYPE.get(type);
  if (bytes === undefined || count === 0 || count * bytes > 4) return 0;
  if (type === TYPE_BYTE) return tiff.getUint8(entry + 8);
  return type === TYPE_SHORT ? tiff.getUint16(entry + 8, little) : tiff.getUint32(entry + 8, little);
}

/** A part of a view, cut at its end. */
export function part(view: DataView, offset: number, length: number): DataView {
  const start = Math.min(offset, view.byteLength);
  return new DataView(view.buffer, view.byteOffset + start, Math.max(0, Math.min(length, view.byteLength - start)));
}
