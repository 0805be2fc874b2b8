import { DomainError } from '@app/kernel';

/** Objects of one image that are held at once. A dataset takes 10,000; what is beyond is refused there with a finding, what is far beyond here. */
export const MOST_OBJECTS = 100_000;
/** Images of one label file, whose names are held at once: as many as a zip has entries. */
export const MOST_IMAGES = 1_200_000;
/** Elements, and characters of their texts and attributes, of one image in XML. */
export const MOST_ELEMENTS = 500_000;
export const MOST_CHARACTERS = 64 * 2 ** 20;

/** Memory is bounded by refusing, never by leaving something out. */
export function tooMany(message: string, place: { readonly entry?: string; readonly pointer?: string }): DomainError {
  return new DomainError('too-large', message, { findings: [{ code: 'too-many', message, ...place }] });
}
