import type { ReadNotes } from '../format-codec.js';
import type { ImportedImage } from '../model.js';
import type { SourceTree } from '../source-tree.js';
import { splitOfName } from '../text/split-names.js';
import { UNASSIGNED } from './yolo-layout.js';

/** One folder a class, as ImageNet and YOLO's classifiers keep them: `class/image` or `train/class/image`. */
export async function* readClassFolders(source: SourceTree, notes: ReadNotes): AsyncIterable<ImportedImage> {
  const isSplit = source.images.every(({ path }) => isSplitFolder(path.split('/')[0] ?? ''));
  for (const { path } of source.images) {
    const parts = path.split('/');
    const split = isSplit ? splitOfName(parts.shift() ?? '') : null;
    const className = parts.length > 1 ? parts.shift() : undefined;
    if (className === undefined) {
      notes.findings.warn('no-class', 'The image lies in no folder of a class.', { entry: path });
      continue;
    }
    notes.classes.count(className);
    yield await Promise.resolve({ name: `${className}/${parts.join('/')}`, split, status: 'labeled', noObject: false, place: { entry: path }, objectsIn: () => [{ className }] } as const);
  }
}

const isSplitFolder = (name: string): boolean => splitOfName(name) !== null || name === UNASSIGNED;
