import { extensionForecast, plusRequests, uploadForecast } from '@app/object-store';
import type { ZipBase } from '../domain/snapshot.repository.port.js';
import type { ZipForecast } from './ports/snapshot-storage.port.js';

/** Of more images the rows are not all read only to tell what a zip would cost: a page asks for it by the way. */
export const MOST_PLANNED_IMAGES = 20_000;
/** Labels of a few boxes, and the line of the zip's directory. */
const BEHIND_BYTES_AN_IMAGE = 450;

/** What the zip of a large dataset would about ask of the store: where there is a zip, that it begins like the newest one and only what was added is read. */
export function guessedZip(images: number, imageBytes: number, base: Pick<ZipBase, 'region'> | undefined): ZipForecast {
  const behind = images * BEHIND_BYTES_AN_IMAGE;
  const sizeBytes = imageBytes + behind;
  const whole = plusRequests({ classA: 0, classB: images }, uploadForecast(sizeBytes));
  if (base === undefined) return { requests: whole, sizeBytes, isExact: false };
  const made = extensionForecast(base.region.bytes, behind + Math.max(0, imageBytes - base.region.bytes));
  const read = { classA: 0, classB: Math.max(0, images - base.region.images) + 1 };
  return { requests: made === null ? whole : plusRequests(made, read), sizeBytes, isExact: false };
}
