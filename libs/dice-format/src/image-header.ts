import { sniffJpeg } from './jpeg-header.js';
import { sniffPng } from './png-header.js';
import type { HeaderFacts, SniffFailure, SniffedImage } from './sniffed-image.js';
import { sniffWebp } from './webp-header.js';

/** Head bytes that suffice for nearly every photo: one JPEG APP1 segment is at most 64 KiB. Ask for more on `more-bytes`. */
export const SNIFF_BYTES = 64 * 1024;
/** 100 Mpx: 400 MB decoded as RGBA, the most one worker may spend on one image. */
export const MAX_IMAGE_PIXELS = 100_000_000;

/** The facts with the size of the upright image, or why they are refused. */
export function complete(facts: HeaderFacts): SniffedImage | SniffFailure {
  const { storedWidth, storedHeight, orientation } = facts;
  if (storedWidth === 0 || storedHeight === 0) return { ok: false, code: 'unsupported-image', message: 'The image header gives a width or height of zero.' };
  if (storedWidth * storedHeight > MAX_IMAGE_PIXELS) {
    return { ok: false, code: 'too-large', message: `The image has ${storedWidth} x ${storedHeight} pixels; ${MAX_IMAGE_PIXELS / 1e6} megapixels are the most.` };
  }
  const turned = orientation >= 5;
  return { ok: true, ...facts, width: turned ? storedHeight : storedWidth, height: turned ? storedWidth : storedHeight };
}

function startsWith(head: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => head[index] === byte);
}

/** Reads format and size of a JPEG, PNG or WebP from its first bytes, without decoding. Sizes are in pixels. */
export function sniffImage(head: Uint8Array): SniffedImage | SniffFailure {
  if (head.length < 12) return { ok: false, code: 'more-bytes', message: 'The image ends before its header is complete.' };
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let facts: HeaderFacts | SniffFailure = { ok: false, code: 'unsupported-image', message: 'The file is not a JPEG, PNG or WebP image.' };
  if (startsWith(head, [0xff, 0xd8, 0xff])) facts = sniffJpeg(view);
  else if (startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) facts = sniffPng(view);
  else if (view.getUint32(0) === 0x52494646 && view.getUint32(8) === 0x57454250) facts = sniffWebp(view);
  return 'ok' in facts ? facts : complete(facts);
}
