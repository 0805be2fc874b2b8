import type { ReadNotes } from '../format-codec.js';
import { boxAround } from '../fields.js';
import type { FormatObject, ImportedImage } from '../model.js';
import type { SourceFile } from '../source-tree.js';
import { baseName, stemOf } from '../text/unique-stems.js';
import { childOf, childrenOf, numberOf, sizeOf, textOf, xmlElements, type XmlElement } from '../text/xml-element.js';

const ROOT = { depth: 1, names: new Set(['annotation']) };

/** The XML of the LabelMe web tool: polygons, boxes among them by `type`; masks in files of their own are not read. */
export async function* readLabelmeXml(file: SourceFile, notes: ReadNotes): AsyncIterable<ImportedImage> {
  for await (const root of xmlElements(file, ROOT, notes)) {
    const alive = childrenOf(root, 'object').filter((object) => textOf(object, 'deleted') !== '1');
    const objects = alive.flatMap((object) => objectOf(object, { file, notes }));
    for (const { className } of objects) notes.classes.count(className);
    const size = childOf(root, 'imagesize');
    const name = textOf(root, 'filename');
    yield {
      ...(name === '' ? { name: stemOf(baseName(file.path)), stemOnly: true } : { name }),
      ...{ width: sizeOf(textOf(size, 'ncols')), height: sizeOf(textOf(size, 'nrows')), split: null, status: 'labeled' },
      ...{ noObject: alive.length === 0, place: { entry: file.path }, objectsIn: () => objects },
    };
  }
}

function objectOf(element: XmlElement, { file, notes }: { readonly file: SourceFile; readonly notes: ReadNotes }): FormatObject[] {
  const className = textOf(element, 'name');
  const polygon = childOf(element, 'polygon');
  const at = `Object ${textOf(element, 'id').slice(0, 20)}:`;
  if (polygon === undefined) return left(() => notes.findings.warn('unsupported-shape', `${at} a mask was left out.`, { entry: file.path }));
  const points = childrenOf(polygon, 'pt').flatMap((point) => [numberOf(textOf(point, 'x')), numberOf(textOf(point, 'y'))]);
  const sound = points.filter((value): value is number => value !== undefined);
  if (className === '') return left(() => notes.findings.error('no-class', `${at} it has no name.`, { entry: file.path }));
  if (sound.length !== points.length || points.length < 6) return left(() => notes.findings.error('invalid-polygon', `${at} its polygon has at least three points of finite numbers.`, { entry: file.path }));
  const bbox = boxAround(sound);
  const occluded = textOf(element, 'occluded') === 'yes' ? { occluded: true } : {};
  const text = textOf(element, 'attributes');
  const attributes = { ...occluded, ...(text === '' ? {} : { attributes: text }) };
  const isBox = textOf(element, 'type') === 'bounding_box';
  return [{ className, bbox, ...(isBox ? {} : { segmentation: [sound] }), ...(Object.keys(attributes).length === 0 ? {} : { attributes }) }];
}

function left(report: () => void): [] {
  report();
  return [];
}
