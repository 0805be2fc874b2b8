import { exifOrientation, part } from './exif-orientation.js';
import { type HeaderFacts, MORE_BYTES, type SniffFailure, unsupported } from './sniffed-image.js';

const SOS = 0xda;
const EOI = 0xd9;
const APP1 = 0xe1;
const EXIF = 0x45786966;

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function hasNoLength(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** Orientation of an APP1 segment that holds EXIF, else undefined. */
function orientationOf(view: DataView, at: number, length: number): number | undefined {
  if (length < 10 || view.getUint32(at + 4) !== EXIF || view.getUint16(at + 8) !== 0) return undefined;
  return exifOrientation(part(view, at + 10, length - 8));
}

function frame(view: DataView, at: number, orientation: number): HeaderFacts | SniffFailure {
  const channels = view.getUint8(at + 9);
  if (channels !== 1 && channels !== 3 && channels !== 4) return unsupported('The JPEG has a number of components other than 1, 3 and 4.');
  return { format: 'jpeg', storedWidth: view.getUint16(at + 7), storedHeight: view.getUint16(at + 5), channels, orientation, animated: false };
}

/** The marker at an offset; bytes between segments end the search as the start of pixels would. */
function markerAt(view: DataView, at: number): number {
  return view.getUint8(at) === 0xff ? view.getUint8(at + 1) : SOS;
}

interface Found {
  orientation: number | undefined;
  frameAt: number | undefined;
}

/** Where the marker behind this segment is looked for; a failure when the segment makes no sense or is cut off. */
function passSegment(view: DataView, at: number, found: Found): number | SniffFailure {
  const marker = markerAt(view, at);
  const length = view.getUint16(at + 2);
  if (length < 2) return unsupported('A segment of the JPEG has an impossible length.');
  if (at + 2 + length > view.byteLength) return MORE_BYTES;
  if (isFrame(marker)) found.frameAt ??= at;
  if (marker === APP1) found.orientation ??= orientationOf(view, at, length);
  return at + 2 + length;
}

/** Walks JPEG segments (ITU T.81 annex B) to the start of the pixels: decoders take EXIF from behind the frame header as well. */
export function sniffJpeg(view: DataView): HeaderFacts | SniffFailure {
  const found: Found = { orientation: undefined, frameAt: undefined };
  let at = 2;
  while (at + 10 <= view.byteLength) {
    const marker = markerAt(view, at);
    if (marker === SOS || marker === EOI) return found.frameAt === undefined ? unsupported('The JPEG has no frame header.') : frame(view, found.frameAt, found.orientation ?? 1);
    const next = marker === 0xff ? at + 1 : hasNoLength(marker) ? at + 2 : passSegment(view, at, found);
    if (typeof next !== 'number') return next;
    at = next;
  }
  return MORE_BYTES;
}
