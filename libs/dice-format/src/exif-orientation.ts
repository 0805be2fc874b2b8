const ORIENTATION_TAG = 0x0112;
const TYPE_SHORT = 3;

/** Reads the orientation (1..8) from a TIFF block as EXIF carries it; 1 when it is absent or damaged. Source: EXIF 2.32, TIFF 6.0. */
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
    const value = tiff.getUint16(entry + 8, little);
    return tiff.getUint16(entry + 2, little) === TYPE_SHORT && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** A part of a view, cut at its end. */
export function part(view: DataView, offset: number, length: number): DataView {
  const start = Math.min(offset, view.byteLength);
  return new DataView(view.buffer, view.byteOffset + start, Math.max(0, Math.min(length, view.byteLength - start)));
}
