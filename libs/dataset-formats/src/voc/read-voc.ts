import type { JsonObject, Split } from '@app/dice-format';
import type { ReadNotes } from '../format-codec.js';
import type { FormatObject, ImportedImage } from '../model.js';
import { smallText, type SourceFile, type SourceTree } from '../source-tree.js';
import { valueOfText } from '../text/scalar-text.js';
import { isSplit } from '../text/split-names.js';
import { baseName, stemOf } from '../text/unique-stems.js';
import { childOf, childrenOf, numberOf, sizeOf, textOf, xmlElements, type XmlElement } from '../text/xml-element.js';

const ROOT = { depth: 1, names: new Set(['annotation']) };
/** Flags of the format itself, 0 or 1. */
const FLAGS = ['truncated', 'difficult', 'occluded'];

/**
 * An XML an image, and the images that lie beside them without one. Corners are read as they stand: the devkit counts pixels from 1, most tools that write the
 * format from 0 (labelImg, CVAT, Datumaro), and nothing in a file tells which.
 */
export async function* readVoc(source: SourceTree, notes: ReadNotes): AsyncIterable<ImportedImage> {
  const splits = await splitsOf(source);
  const unnamed = new Map(source.images.map((file) => [baseName(file.path), file]));
  for (const file of source.withExtension('xml')) {
    for await (const root of xmlElements(file, ROOT, notes)) {
      const image = imageOf(file, root, { notes, splits });
      unnamed.delete(baseName(image.name));
      yield image;
    }
  }
  for (const [name, { path }] of unnamed) if (!path.includes('Segmentation')) yield { name, split: splits.get(stemOf(name)) ?? null, status: 'unlabeled', noObject: false, place: { entry: path }, objectsIn: () => [] };
}

/** ImageSets/Main/train.txt and so on: a stem a line. Lists of single classes are left. */
async function splitsOf(source: SourceTree): Promise<ReadonlyMap<string, Split>> {
  const splits = new Map<string, Split>();
  for (const file of source.files) {
    const [, name = ''] = /(?:^|\/)ImageSets\/Main\/([a-z]+)\.txt$/.exec(file.path) ?? [];
    if (!isSplit(name)) continue;
    for (const line of (await smallText(file)).split('\n')) if (line.trim() !== '') splits.set(line.trim(), name);
  }
  return splits;
}

interface Reading {
  readonly notes: ReadNotes;
  readonly splits: ReadonlyMap<string, Split>;
}

function imageOf(file: SourceFile, root: XmlElement, { notes, splits }: Reading): ImportedImage {
  const size = childOf(root, 'size');
  const written = textOf(root, 'filename');
  const stem = stemOf(baseName(file.path));
  const objects = childrenOf(root, 'object').flatMap((element, index) => objectOf(element, (code, message) => notes.findings.error(code, `Object ${index + 1}: ${message}`, { entry: file.path })));
  for (const { className } of objects) notes.classes.count(className);
  return {
    ...(written === '' ? { name: stem, stemOnly: true } : { name: written.replaceAll('\\', '/') }),
    width: sizeOf(textOf(size, 'width')),
    height: sizeOf(textOf(size, 'height')),
    split: splits.get(stem) ?? null,
    status: 'labeled',
    noObject: childrenOf(root, 'object').length === 0,
    place: { entry: file.path },
    objectsIn: () => objects,
  };
}

function objectOf(element: XmlElement, report: (code: string, message: string) => void): FormatObject[] {
  const className = textOf(element, 'name');
  const box = childOf(element, 'bndbox');
  const [left, top, right, bottom] = ['xmin', 'ymin', 'xmax', 'ymax'].map((name) => numberOf(textOf(box, name)));
  if (className === '') report('no-class', 'it has no name.');
  else if (left === undefined || top === undefined || right === undefined || bottom === undefined) report('invalid-box', 'its box has xmin, ymin, xmax and ymax, finite numbers.');
  else if (right <= left || bottom <= top) report('invalid-box', 'its box has no width or no height.');
  else return [{ className, bbox: [left, top, right - left, bottom - top], ...attributesOf(element) }];
  return [];
}

function attributesOf(element: XmlElement): { readonly attributes?: JsonObject } {
  const flags = FLAGS.filter((name) => textOf(element, name) === '1').map((name) => [name, true] as const);
  const pose = textOf(element, 'pose');
  const own = childrenOf(childOf(element, 'attributes'), 'attribute').map((one) => [textOf(one, 'name'), valueOfText(textOf(one, 'value'))] as const);
  const attributes = Object.fromEntries([...flags, ...(pose === '' || pose === 'Unspecified' ? [] : [['pose', pose] as const]), ...own.filter(([name]) => name !== '')]);
  return Object.keys(attributes).length === 0 ? {} : { attributes };
}
