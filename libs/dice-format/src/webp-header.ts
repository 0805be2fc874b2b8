import { exifOrientation, part } from './exif-orientation.js';
import { type HeaderFacts, MORE_BYTES, type SniffFailure, unsupported } from './sniffed-image.js';

const LOSSY = 0x56503820;
const LOSSLESS = 0x5650384c;
const EXTENDED = 0x56503858;
const EXIF = 0x45584946;
const ALPHA_FLAG = 0x10;
const EXIF_FLAG = 0x08;
const ANIMATION_FLAG = 0x02;

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
}

function lossy(view: DataView): HeaderFacts | SniffFailure {
  if (uint24(view, 23) !== 0x2a019d) return unsupported('The WebP frame has no start code.');
  return facts(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff, 3);
}

function lossless(view: DataView): HeaderFacts | SniffFailure {
  if (view.getUint8(20) !== 0x2f) return unsupported('The lossless WebP has no signature.');
  const bits = view.getUint32(21, true);
  return facts((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1, ((bits >>> 28) & 1) === 1 ? 4 : 3);
}

/** EXIF stands behind the pixels of a WebP. Undefined when the head ends before it; decoders look for it only where the flag says so. */
function orientationOf(view: DataView, flags: number): number | undefined {
  if ((flags & EXIF_FLAG) === 0) return 1;
  const end = 8 + view.getUint32(4, true);
  let at = 12;
  while (at + 8 <= Math.min(end, view.byteLength)) {
    const length = view.getUint32(at + 4, true);
    if (view.getUint32(at) === EXIF) return at + 8 + length > view.byteLength ? undefined : webpExifOrientation(part(view, at + 8, length));
    at += 8 + length + (length % 2);
  }
  return at + 8 > end ? 1 : undefined;
}

/** Orientation of the payload of an EXIF chunk; some writers put the prefix of JPEG before it. */
export function webpExifOrientation(chunk: DataView): number {
  const prefixed = chunk.byteLength >= 6 && chunk.getUint32(0) === 0x45786966;
  return exifOrientation(prefixed ? part(chunk, 6, chunk.byteLength - 6) : chunk);
}

function extended(view: DataView): HeaderFacts | SniffFailure {
  const flags = view.getUint8(20);
  const orientation = orientationOf(view, flags);
  if (orientation === undefined) return MORE_BYTES;
  const base = facts(uint24(view, 24) + 1, uint24(view, 27) + 1, (flags & ALPHA_FLAG) !== 0 ? 4 : 3);
  return { ...base, orientation, animated: (flags & ANIMATION_FLAG) !== 0 };
}

function facts(storedWidth: number, storedHeight: number, channels: number): HeaderFacts {
  return { format: 'webp', storedWidth, storedHeight, channels, orientation: 1, animated: false };
}

/** Reads the first chunk of a WebP (RFC 9649): VP8, VP8L or VP8X. */
export function sniffWebp(view: DataView): HeaderFacts | SniffFailure {
  if (view.byteLength < 30) return MORE_BYTES;
  switch (view.getUint32(12)) {
    case LOSSY:
      return lossy(view);
    case LOSSLESS:
      return lossless(view);
    case EXTENDED:
      return extended(view);
    default:
      return unsupported('The WebP starts with an unknown chunk.');
  }
}
