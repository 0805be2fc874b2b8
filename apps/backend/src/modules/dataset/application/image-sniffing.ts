import { sniffImage, type SniffedImage } from '@app/dice-format';
import { DomainError, type ErrorCode } from '@app/kernel';
import { datasetFileName, originalImageName } from '../domain/image-name.js';

/** Of one image. */
export const MAX_IMAGE_BYTES = 100_000_000;
/** Enough for the header of nearly every image. */
export const HEAD_BYTES = 64 * 1024;
/** Colour profiles and thumbnails inside may push the size of a JPEG so far back. */
export const LONG_HEAD_BYTES = 1024 * 1024;

export const IMAGE_CONTENT_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;

/** Types that say nothing. */
const SILENT_TYPES = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'text/plain']);
const HINT = 'Save it as JPEG, PNG or WebP and send it again.';

export interface NamedImage {
  readonly facts: SniffedImage;
  readonly originalName: string;
  readonly fileName: string;
}

/**
 * What the first bytes say: the image's facts, or null when more bytes are needed and there are more. An animation counts as its first picture. Throws
 * `unsupported-image`, `too-large` or `validation-failed`.
 */
export function readHead(head: Uint8Array, given: { readonly name: string; readonly contentType: string; readonly isWhole: boolean }): NamedImage | null {
  const originalName = originalImageName(given.name);
  const facts = sniffImage(head);
  if (!facts.ok) {
    if (facts.code === 'more-bytes' && !given.isWhole) return null;
    if (facts.code === 'more-bytes') throw refused('unsupported-image', { code: 'truncated', message: head.length === 0 ? 'The file is empty.' : 'The file ends before its header is complete.', hint: 'Send the file again.' });
    throw refused(facts.code, { code: facts.code, message: facts.message, hint: facts.code === 'too-large' ? 'Scale it down and send it again.' : HINT });
  }
  const said = given.contentType.split(';')[0]?.trim().toLowerCase().replace('image/jpg', 'image/jpeg') ?? '';
  if (!SILENT_TYPES.has(said) && said !== `image/${facts.format}`) {
    throw refused('unsupported-image', { code: 'type-mismatch', message: `The file was announced as ${said.slice(0, 100)}, but it is a ${facts.format.toUpperCase()}.`, hint: `Announce it as image/${facts.format}.` });
  }
  return { facts, originalName, fileName: datasetFileName(originalName, facts.format) };
}

/** After `LONG_HEAD_BYTES`. */
export function headTooLong(): DomainError {
  return refused('unsupported-image', { code: 'header-too-long', message: 'The size of the image is not in its first MiB.', hint: 'Remove colour profiles and other additions from it, and send it again.' });
}

export function tooLarge(): DomainError {
  return refused('too-large', { code: 'too-large', message: `The file has more than ${MAX_IMAGE_BYTES / 1e6} MB.`, hint: 'Scale it down and send it again.' });
}

function refused(code: ErrorCode, finding: { readonly code: string; readonly message: string; readonly hint: string }): DomainError {
  return new DomainError(code, finding.message, { findings: [finding] });
}
