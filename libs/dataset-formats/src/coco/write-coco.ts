import { rleCounts, rleText, tightBox, withDerivedFields, type JsonObject } from '@app/dice-format';
import type { FormatWriter, WrittenFile } from '../format-codec.js';
import { isRings, type ExportedDataset, type ExportedImage, type FormatObject } from '../model.js';
import { insideImages } from '../text/unique-stems.js';

export const COCO_FILE = 'annotations/instances_default.json';
/** Elements in one chunk of text. */
const TOGETHER = 200;

/** One label file for all splits, in the order of COCO itself: images, annotations, categories. The images are read twice, memory does not grow. */
export function cocoWriter(dataset: ExportedDataset): FormatWriter {
  return {
    imagePaths: () => (image) => image.fileName,
    async *files(): AsyncIterable<WrittenFile> {
      yield await Promise.resolve({ name: COCO_FILE, kind: 'streamed', open: () => textOf(dataset) } as const);
    },
  };
}

async function* textOf(dataset: ExportedDataset): AsyncIterable<string> {
  const head = { info: { description: dataset.name, version: '1.0' }, licenses: [] };
  yield `${JSON.stringify(head).slice(0, -1)},"images":[`;
  yield* joined(imageTexts(dataset));
  yield '],"annotations":[';
  yield* joined(annotationTexts(dataset));
  yield `],"categories":${JSON.stringify(categoriesOf(dataset))}}`;
}

async function* joined(texts: AsyncIterable<string>): AsyncIterable<string> {
  let waiting: string[] = [];
  let separator = '';
  for await (const text of texts) {
    waiting.push(text);
    if (waiting.length < TOGETHER) continue;
    yield separator + waiting.join(',');
    [waiting, separator] = [[], ','];
  }
  if (waiting.length > 0) yield separator + waiting.join(',');
}

async function* imageTexts({ heads }: ExportedDataset): AsyncIterable<string> {
  for await (const { id, fileName, width, height, split } of heads()) {
    yield JSON.stringify({ id, file_name: insideImages(fileName), width, height, ...(split === null ? {} : { split }) });
  }
}

async function* annotationTexts({ images, classes, taskType }: ExportedDataset): AsyncIterable<string> {
  const categoryOf = new Map(classes.map(({ name }, index) => [name, index + 1]));
  let id = 0;
  for await (const image of images()) {
    for (const object of image.objects) {
      const category = categoryOf.get(object.className);
      if (category === undefined) continue;
      id += 1;
      yield JSON.stringify({ id, image_id: image.id, category_id: category, ...(taskType === 'image_classification' ? scoreOf(object) : fieldsOf(object, image)) });
    }
  }
}

const scoreOf = ({ confidence = 1 }: FormatObject): JsonObject => (confidence === 1 ? {} : { score: confidence });

function fieldsOf(object: FormatObject, image: ExportedImage): JsonObject {
  const { keypoints, attributes, crowd } = object;
  const segmentation = object.layer === undefined ? object.segmentation : { size: [image.height, image.width], counts: rleCounts(object.layer) ?? [] };
  const { area, bbox, num_keypoints: count } = withDerivedFields({ bbox: object.bbox ?? null, ...(segmentation === undefined ? {} : { segmentation }), ...(keypoints === undefined ? {} : { keypoints }) }, object.className);
  return {
    bbox: bbox ?? boxOfLayer(object, image),
    area,
    segmentation: segmentationText(segmentation),
    iscrowd: crowd === true ? 1 : 0,
    ...(keypoints === undefined ? {} : { keypoints, num_keypoints: count }),
    ...(attributes === undefined || Object.keys(attributes).length === 0 ? {} : { attributes }),
    ...scoreOf(object),
  };
}

/** Run lengths as a COCO string: a tenth of the size of a list. */
function segmentationText(segmentation: FormatObject['segmentation']): unknown {
  if (segmentation === undefined) return [];
  return isRings(segmentation) ? segmentation : { size: segmentation.size, counts: rleText(segmentation.counts) };
}

function boxOfLayer({ layer }: FormatObject, { width, height }: ExportedImage): readonly number[] | undefined {
  return layer === undefined ? undefined : tightBox({ size: [height, width], counts: rleCounts(layer) ?? [] });
}

function categoriesOf({ classes }: ExportedDataset): readonly JsonObject[] {
  return classes.map(({ name, details }, index) => ({ id: index + 1, name, supercategory: details['supercategory'] ?? '', ...(details['keypoints'] === undefined ? {} : { keypoints: details['keypoints'], skeleton: details['skeleton'] ?? [] }) }));
}
