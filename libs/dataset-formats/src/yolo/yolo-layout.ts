import { splitOfName } from '../text/split-names.js';
import { stemOf } from '../text/unique-stems.js';
import type { ImportedImage } from '../model.js';

/** Files of text that lie beside labels and are none. */
const NO_LABELS = /(^|\/)(readme|license|classes|labels|train|val|valid|test|trainval|notes)[^/]*\.txt$/i;
const ROOTS = /(^|\/)(images|labels|annotations|obj_train_data|obj_[a-z]+_data)\//gi;

export const isLabelPath = (path: string): boolean => /\.txt$/i.test(path) && !NO_LABELS.test(path);

/** What a label file and its image have in common: the path without `images/` or `labels/` and without the extension. */
export const pairKey = (path: string): string => stemOf(path).replace(ROOTS, '$1').toLowerCase();

/** The image's own path, without the folders that the format adds, and the split that these say. */
export function placeOf(path: string): { readonly name: string; readonly split: ImportedImage['split'] } {
  const parts = path.split('/');
  const root = parts.findLastIndex((part, index) => index < parts.length - 1 && /^(images|labels|annotations|obj_[a-z]+_data)$/i.test(part));
  // `train/images/a.jpg` and `images/train/a.jpg` are both in use.
  const before = splitOfName(parts[root - 1] ?? '');
  const inside = parts.slice(root + 1);
  const split = inside.length > 1 ? splitOfName(inside[0] ?? '') : null;
  const isFolderOfNoSplit = split === null && inside.length > 1 && inside[0] === UNASSIGNED;
  return { name: (split === null && !isFolderOfNoSplit ? inside : inside.slice(1)).join('/'), split: split ?? before };
}

/** Where images without a split lie: no line of data.yaml names it. */
export const UNASSIGNED = 'unassigned';
