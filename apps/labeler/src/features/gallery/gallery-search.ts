import { IMAGE_SPLITS, IMAGE_STATES, IMAGE_STATUSES, type ImageFilter } from '../../api/image-queries.js';

/** What the gallery shows, under the API's own names. The labeler's address carries the same, so that "next image" follows the filtered order. */
export type GallerySearch = Pick<ImageFilter, 'split' | 'class_id' | 'status' | 'labeled_by' | 'state' | 'q' | 'has_suggestion' | 'order'>;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const YES_NO = ['true', 'false'] as const;
const LARGEST_CLASS = 2_147_483_647;
const LONGEST_TEXT = 255;

/** Reads an address. What is not a filter is left out: an old or mistyped address shows more, never an error. */
export function gallerySearch(search: Readonly<Record<string, unknown>>): GallerySearch {
  const { split, class_id: classId, status, labeled_by: person, state, q, has_suggestion: suggested, order } = search;
  const text = typeof q === 'number' ? String(q) : q;
  return {
    split: IMAGE_SPLITS.find((one) => one === split),
    class_id: typeof classId === 'number' && Number.isInteger(classId) && classId >= 0 && classId <= LARGEST_CLASS ? classId : undefined,
    status: IMAGE_STATUSES.find((one) => one === status),
    labeled_by: typeof person === 'string' && UUID.test(person) ? person : undefined,
    state: IMAGE_STATES.find((one) => one === state),
    has_suggestion: YES_NO.find((one) => one === String(suggested)),
    order: order === 'hardest' ? order : undefined,
    q: typeof text === 'string' && text.trim() !== '' ? text.trim().slice(0, LONGEST_TEXT) : undefined,
  };
}

export const isFiltered = (search: GallerySearch): boolean => Object.values(search).some((value) => value !== undefined);
