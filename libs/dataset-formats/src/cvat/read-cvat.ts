import type { ReadNotes } from '../format-codec.js';
import type { ImportedImage } from '../model.js';
import type { SourceFile, SourceTree } from '../source-tree.js';
import { splitOfName } from '../text/split-names.js';
import { sizeOf, xmlElements, type XmlElement } from '../text/xml-element.js';
import { CvatLabels } from './cvat-labels.js';
import { isShape, joined, shapeOf } from './cvat-shapes.js';

/** What is looked at of `annotations`; `track` is of the form for videos. */
const WANTED = { depth: 2, names: new Set(['meta', 'image', 'track']) };
/** Children of an image that are no shapes. */
const NO_SHAPES = new Set(['attribute']);

/** "CVAT for images 1.1": one XML for all images, read as a stream. */
export async function* readCvat(source: SourceTree, notes: ReadNotes): AsyncIterable<ImportedImage> {
  for (const file of source.withExtension('xml')) {
    const labels = new CvatLabels();
    let tracks = 0;
    for await (const element of xmlElements(file, WANTED, notes)) {
      if (element.name === 'meta') labels.take(element, notes.classes);
      else if (element.name === 'track') tracks += 1;
      else yield* imageOf(element, { file, notes, labels });
    }
    if (tracks > 0) notes.findings.error('unsupported-shape', `${tracks} tracks of a video: export it as "CVAT for images 1.1".`, { entry: file.path });
  }
}

interface Reading {
  readonly file: SourceFile;
  readonly notes: ReadNotes;
  readonly labels: CvatLabels;
}

function* imageOf(element: XmlElement, { file, notes, labels }: Reading): Iterable<ImportedImage> {
  const { name = '', subset = '', id = '' } = element.attributes;
  const place = { entry: file.path };
  const at = `Image ${(name || id).slice(0, 100)}`;
  if (name === '') return notes.findings.error('required', `${at}: it has no name.`, place);
  const [width, height] = [sizeOf(element.attributes['width']), sizeOf(element.attributes['height'])];
  const size = width === undefined || height === undefined ? undefined : { width, height };
  const children = element.children.filter((child) => !NO_SHAPES.has(child.name));
  const shapes = children.flatMap((child, index) => {
    const where = `${at}, ${child.name.slice(0, 32)} ${index + 1}`;
    if (!isShape(child.name)) return left(() => notes.findings.warn('unsupported-shape', `${where}: it was left out, there is no task for it.`, place));
    return shapeOf(child, { size, points: labels.points, report: (code, message) => notes.findings.error(code, `${where}: ${message}`, place) }) ?? [];
  });
  const objects = joined(shapes);
  for (const { className } of objects) notes.classes.count(className);
  yield { name: name.replaceAll('\\', '/'), width, height, split: splitOfName(subset), status: objects.length > 0 ? 'labeled' : 'unlabeled', noObject: false, place, objectsIn: () => objects };
}

function left(report: () => void): [] {
  report();
  return [];
}
