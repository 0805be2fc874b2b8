import type { Split } from '@app/dice-format';

const NAMES: ReadonlyMap<string, Split> = new Map<string, Split>([
  ...(['train', 'training'] as const).map((name) => [name, 'train'] as const),
  ...(['val', 'valid', 'validation'] as const).map((name) => [name, 'val'] as const),
  ...(['test', 'testing'] as const).map((name) => [name, 'test'] as const),
]);

/** The split that a folder, a file or a field means, in any of the usual spellings; null for any other. */
export const splitOfName = (name: string): Split | null => NAMES.get(name.toLowerCase()) ?? null;

/** The split that stands in a file's path: in its name (`instances_val2017.json`), or as its folder. */
export function splitOfPath(path: string): Split | null {
  const parts = path.split('/');
  const stem = (parts.pop() ?? '').replace(/\.[^.]*$/, '');
  for (const word of stem.split(/[^a-z]+/i).reverse()) {
    const split = splitOfName(word);
    if (split !== null) return split;
  }
  for (const folder of parts.reverse()) {
    const split = splitOfName(folder);
    if (split !== null) return split;
  }
  return null;
}

export const isSplit = (text: string): text is Split => text === 'train' || text === 'val' || text === 'test';
