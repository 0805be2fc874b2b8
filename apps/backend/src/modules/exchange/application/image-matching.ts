import type { ImportedImage } from '@app/dataset-formats';
import type { NamedImageView } from '../../dataset/index.js';

/** In any case of letters. */
const EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp'];
/** Folders that other tools put around names. */
const MOST_FOLDERS = 8;

/** Names that the image may have in a dataset, the likeliest first: its whole path, then what is left of it without its first folders. */
export function candidatesOf({ name, stemOnly }: Pick<ImportedImage, 'name' | 'stemOnly'>): string[] {
  const parts = name.normalize('NFC').replaceAll('\\', '/').split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  const ends = parts.slice(-MOST_FOLDERS).map((_, index, kept) => kept.slice(index).join('/'));
  const paths = ends.flatMap((end) => (end.startsWith('images/') ? [end] : [`images/${end}`]));
  return [...new Set(stemOnly === true ? paths.flatMap((path) => EXTENSIONS.map((extension) => `${path}.${extension}`)) : paths)];
}

/** The dataset's image of each, in their order; undefined where there is none. `named` finds images by names in any case of letters. */
export async function matched(images: readonly ImportedImage[], named: (fileNames: readonly string[]) => Promise<readonly NamedImageView[]>): Promise<(NamedImageView | undefined)[]> {
  const candidates = images.map(candidatesOf);
  const found = await named([...new Set(candidates.flat())]);
  const byName = new Map(found.map((view) => [view.fileName, view]));
  const byFolded = new Map(found.map((view) => [view.fileName.toLowerCase(), view]));
  return candidates.map((names) => first(names, (name) => byName.get(name)) ?? first(names, (name) => byFolded.get(name.toLowerCase())));
}

function first<T>(names: readonly string[], find: (name: string) => T | undefined): T | undefined {
  for (const name of names) {
    const found = find(name);
    if (found !== undefined) return found;
  }
  return undefined;
}
