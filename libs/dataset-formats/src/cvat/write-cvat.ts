import { maskSpans } from '@app/dice-format';
import type { FormatWriter, WrittenFile } from '../format-codec.js';
import { isRings, type Box, type ExportedDataset, type ExportedImage, type FormatObject, type RunLengths } from '../model.js';
import { textOfValue } from '../text/scalar-text.js';
import { insideImages } from '../text/unique-stems.js';
import { xmlAttributes, xmlText } from '../text/xml-writer.js';
import { cvatMaskOf } from './cvat-mask.js';

export const CVAT_FILE = 'annotations.xml';
const SUBSETS = { train: 'Train', val: 'Validation', test: 'Test' } as const;

/** One XML for all images, written as they come. */
export function cvatWriter(dataset: ExportedDataset): FormatWriter {
  return {
    imagePaths: () => (image) => image.fileName,
    async *files(): AsyncIterable<WrittenFile> {
      yield await Promise.resolve({ name: CVAT_FILE, kind: 'streamed', open: () => textOf(dataset) } as const);
    },
  };
}

async function* textOf(dataset: ExportedDataset): AsyncIterable<string> {
  yield `<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n${metaText(dataset)}`;
  for await (const image of dataset.images()) yield imageText(image, dataset);
  yield '</annotations>\n';
}

function metaText({ name, classes, taskType }: ExportedDataset): string {
  const label = (given: string, more: string): string => `      <label><name>${xmlText(given)}</name>${more}<attributes></attributes></label>\n`;
  const labels = classes.map(({ name: own, color, details }) => {
    const points: readonly unknown[] = taskType === 'pose_estimation' && Array.isArray(details['keypoints']) ? details['keypoints'] : [];
    const parts = points.map((point) => label(String(point), `<type>points</type><parent>${xmlText(own)}</parent>`)).join('');
    return label(own, `<color>${color}</color><type>${points.length > 0 ? 'skeleton' : 'any'}</type>`) + parts;
  });
  return `  <meta>\n    <task><name>${xmlText(name)}</name><mode>annotation</mode><labels>\n${labels.join('')}    </labels></task>\n  </meta>\n`;
}

function imageText(image: ExportedImage, dataset: ExportedDataset): string {
  const { id, fileName, width, height, split, objects } = image;
  const head = xmlAttributes({ id: id - 1, name: insideImages(fileName), ...(split === null ? {} : { subset: SUBSETS[split] }), width, height });
  const shapes = objects.flatMap((object, index) => shapesOf(object, { image, dataset, group: index + 1 }));
  return shapes.length === 0 ? `  <image${head}></image>\n` : `  <image${head}>\n${shapes.join('')}  </image>\n`;
}

interface Placed {
  readonly image: ExportedImage;
  readonly dataset: ExportedDataset;
  readonly group: number;
}

function shapesOf(object: FormatObject, placed: Placed): string[] {
  const { segmentation, bbox, keypoints, layer } = object;
  const { width, height } = placed.image;
  if (placed.dataset.taskType === 'image_classification') return [shape('tag', {}, object)];
  if (layer !== undefined) return object.className === '' ? [] : maskShapes(object, layerRuns(layer, width, height));
  if (segmentation !== undefined) return isRings(segmentation) ? polygons(object, segmentation, placed.group) : maskShapes(object, segmentation);
  if (bbox === undefined) return [];
  if (keypoints === undefined) return [shape('box', boxAttributes(bbox), object)];
  const group = { group_id: placed.group };
  return [shape('box', { ...boxAttributes(bbox), ...group }, object), skeleton(object, keypoints, placed)];
}

const boxAttributes = ([x, y, width, height]: Box): Record<string, number> => ({ xtl: x, ytl: y, xbr: x + width, ybr: y + height });
const pointsText = (ring: readonly number[]): string => ring.map((value, at) => `${value}${at % 2 === 0 ? ',' : ';'}`).join('').slice(0, -1);

function polygons(object: FormatObject, rings: readonly (readonly number[])[], group: number): string[] {
  return rings.map((ring) => shape('polygon', { points: pointsText(ring), ...(rings.length > 1 ? { group_id: group } : {}) }, object));
}

function maskShapes(object: FormatObject, runLengths: RunLengths): string[] {
  const mask = cvatMaskOf(runLengths);
  if (mask === undefined) return [];
  const { runs, ...box } = mask;
  return [shape('mask', { rle: runs.join(', '), ...box }, object)];
}

function layerRuns(layer: string, width: number, height: number): RunLengths {
  const counts: number[] = [];
  let at = 0;
  for (const border of maskSpans(layer, width * height) ?? []) {
    counts.push(border - at);
    at = border;
  }
  return { size: [height, width], counts: [...counts, width * height - at] };
}

function skeleton({ className }: FormatObject, keypoints: readonly number[], { dataset, group }: Placed): string {
  const names = dataset.classes.find(({ name }) => name === className)?.details['keypoints'];
  const points: string[] = [];
  for (let at = 0; at < keypoints.length; at += 3) {
    const [x = 0, y = 0, visible = 0] = keypoints.slice(at, at + 3);
    const name: unknown = Array.isArray(names) ? names[at / 3] : undefined;
    points.push(`      <points${xmlAttributes({ label: String(name ?? at / 3 + 1), outside: visible === 0 ? 1 : 0, occluded: visible === 1 ? 1 : 0, points: visible === 0 ? '0,0' : `${x},${y}` })}></points>\n`);
  }
  return `    <skeleton${xmlAttributes({ label: className, occluded: 0, group_id: group })}>\n${points.join('')}    </skeleton>\n`;
}

function shape(name: string, given: Readonly<Record<string, string | number>>, { className, attributes = {} }: FormatObject): string {
  const own = Object.entries(attributes).flatMap(([key, value]) => {
    const text = textOfValue(value);
    return text === undefined ? [] : [`<attribute name="${xmlText(key)}">${xmlText(text)}</attribute>`];
  });
  return `    <${name}${xmlAttributes({ label: className, ...(name === 'tag' ? {} : { occluded: 0 }), ...given })}>${own.join('')}</${name}>\n`;
}
