import type { ReadNotes } from '../format-codec.js';
import type { ImportedImage } from '../model.js';
import type { SourceTree } from '../source-tree.js';
import { splitOfName } from '../text/split-names.js';
import { UNASSIGNED } from './yolo-layout.js';

/** One folder a class, as ImageNet and YOLO's classifiers keep them: `class/image` or `train/class/image`. */
export async function* readClassFolders(source: SourceTree, notes: ReadNotes): AsyncIterable<ImportedImage> {
  const isSplit = source.images.every(({ path }) => isSplitFolder(path.split('/')[0] ?? ''));
  const found = source.images.map(({ path }) => {
    const parts = path.split('/');
    const split = isSplit ? splitOfName(parts.shift() ?? '') : null;
    return { path, split, className: parts.length > 1 ? parts.shift() : undefined, parts };
  });
  for (const name of [...new Set(found.map(({ className }) => className))].sort()) if (name !== undefined) notes.classes.declare(name);
  for (const { path, split, className, parts } of found) {
    if (className === undefined) {
      notes.findings.warn('no-class', 'The image lies in no folder of a class.', { entry: path });
      continue;
    }
    notes.classes.count(className);
    yield await Promise.resolve({ name: `${className}/${parts.join('/')}`, split, status: 'labeled', noObject: false, place: { entry: path }, objectsIn: () => [{ className }] } as const);
  }
}

const isSplitFolder = (name: string): boolean => splitOfName(name) !== null || name === UNASSIGNED;
