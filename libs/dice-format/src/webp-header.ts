import { exifOrientation, part } from './exif-orientation.js';
import { type HeaderFacts, MORE_BYTES, type SniffFailure, unsupported } from './sniffed-image.js';

const LOSSY = 0x56503820;
const LOSSLESS = 0x5650384c;
const EXTENDED = 0x56503858;
const EXIF = 0x45584946;
const ALPHA_FLAG = 0x10;
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

/** EXIF stands after the pixels of a WebP, so it is seen only where the head holds the whole file. */
function orientationOf(view: DataView): number {
  let at = 12;
  while (at + 8 <= view.byteLength) {
    const length = view.getUint32(at + 4, true);
    if (view.getUint32(at) === EXIF) {
      const skipped = length >= 6 && at + 14 <= view.byteLength && view.getUint32(at + 8) === 0x45786966 ? 6 : 0;
      return exifOrientation(part(view, at + 8 + skipped, length - skipped));
    }
    at += 8 + length + (length % 2);
  }
  return 1;
}

function extended(view: DataView): HeaderFacts {
  const flags = view.getUint8(20);
  const base = facts(uint24(view, 24) + 1, uint24(view, 27) + 1, (flags & ALPHA_FLAG) !== 0 ? 4 : 3);
  return { ...base, orientation: orientationOf(view), animated: (flags & ANIMATION_FLAG) !== 0 };
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
