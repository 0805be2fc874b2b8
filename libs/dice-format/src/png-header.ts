import { exifOrientation, part } from './exif-orientation.js';
import { type HeaderFacts, MORE_BYTES, type SniffFailure, unsupported } from './sniffed-image.js';

const IHDR = 0x49484452;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
const EXIF = 0x65584966;
const ANIMATION = 0x6163544c;
const TRANSPARENCY = 0x74524e53;

/** Channels and bit depths that each colour type may have (PNG third edition, table 12). */
const COLOUR_TYPES: ReadonlyMap<number, { readonly channels: number; readonly depths: readonly number[] }> = new Map([
  [0, { channels: 1, depths: [1, 2, 4, 8, 16] }],
  [2, { channels: 3, depths: [8, 16] }],
  [3, { channels: 3, depths: [1, 2, 4, 8] }],
  [4, { channels: 2, depths: [8, 16] }],
  [6, { channels: 4, depths: [8, 16] }],
]);

interface Extras {
  /** Of the first eXIf chunk: decoders pass over the others. */
  orientation: number | undefined;
  animated: boolean;
  transparent: boolean;
}

/** Notes what stands between IHDR and the first IDAT; false when the head ends before that. */
function readChunks(view: DataView, extras: Extras): boolean {
  let at = 33;
  while (at + 8 <= view.byteLength) {
    const length = view.getUint32(at);
    const type = view.getUint32(at + 4);
    if (type === IDAT || type === IEND) return true;
    if (type === EXIF && at + 8 + length > view.byteLength) return false;
    if (type === EXIF) extras.orientation ??= exifOrientation(part(view, at + 8, length));
    if (type === ANIMATION) extras.animated = true;
    if (type === TRANSPARENCY) extras.transparent = true;
    at += 12 + length;
  }
  return false;
}

/** Reads IHDR and the chunks up to the pixels (W3C PNG third edition). */
export function sniffPng(view: DataView): HeaderFacts | SniffFailure {
  if (view.byteLength < 33) return MORE_BYTES;
  if (view.getUint32(8) !== 13 || view.getUint32(12) !== IHDR) return unsupported('The PNG does not start with its header chunk.');
  const colour = COLOUR_TYPES.get(view.getUint8(25));
  if (colour === undefined || !colour.depths.includes(view.getUint8(24))) return unsupported('The PNG has an impossible colour type or bit depth.');
  const extras: Extras = { orientation: undefined, animated: false, transparent: false };
  if (!readChunks(view, extras)) return MORE_BYTES;
  const channels = colour.channels + (extras.transparent ? 1 : 0);
  return { format: 'png', storedWidth: view.getUint32(16), storedHeight: view.getUint32(20), channels, orientation: extras.orientation ?? 1, animated: extras.animated };
}
