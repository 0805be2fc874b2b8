import type { ConvertedDataset, ConvertedImage } from './dice-package.js';
import { isImagePath, splitOfFolder, type ConversionNote, type SourceFile } from './source-file.js';

/** One folder a class, as ImageNet is kept: `class/image` or `train/class/image`. */
export function fromClassFolders(files: readonly SourceFile[], facts: { readonly name: string; readonly createdAt: string }): ConvertedDataset {
  const notes: ConversionNote[] = [];
  const found: { file: SourceFile; className: string; split: ConvertedImage['split'] }[] = [];
  for (const file of files) {
    const folders = file.path.split('/').slice(0, -1);
    const split = splitOfFolder(folders[0] ?? '');
    const className = split === null ? folders[0] : folders[1];
    if (!isImagePath(file.path) || className === undefined) notes.push({ path: file.path, reason: 'It is no image in the folder of a class.' });
    else found.push({ file, className, split });
  }
  const classNames = [...new Set(found.map((one) => one.className))].sort();
  const images = found.map(({ file, className, split }): ConvertedImage => ({ file, split, labeled: true, annotations: () => [{ class_id: classNames.indexOf(className), confidence: 1 }] }));
  return { ...facts, taskType: 'image_classification', classNames, images, notes };
}
