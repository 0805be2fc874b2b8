import type { JsonObject } from '@app/dice-format';
import type { FormatWriter, WrittenFile } from '../format-codec.js';
import { isRings, type ExportedDataset, type ExportedImage, type FormatObject } from '../model.js';
import { insideImages } from '../text/unique-stems.js';

export const LABEL_STUDIO_FILE = 'label-studio.json';

/** A list of tasks. Images are named as Label Studio's local storage knows them: mount the folder `images` and they are found. */
export function labelStudioWriter(dataset: ExportedDataset): FormatWriter {
  return {
    imagePaths: () => (image) => image.fileName,
    async *files(): AsyncIterable<WrittenFile> {
      yield await Promise.resolve({ name: LABEL_STUDIO_FILE, kind: 'streamed', open: () => textOf(dataset) } as const);
    },
  };
}

async function* textOf({ images, taskType }: ExportedDataset): AsyncIterable<string> {
  let separator = '[';
  for await (const image of images()) {
    yield separator + JSON.stringify(taskOf(image, taskType === 'image_classification'));
    separator = ',\n';
  }
  yield separator === '[' ? '[]' : ']';
}

function taskOf(image: ExportedImage, isClasses: boolean): JsonObject {
  const { id, fileName, split, status } = image;
  const result = image.objects.flatMap((object, index) => resultsOf(object, { image, id: `${id}-${index + 1}`, isClasses }));
  const data = { image: `/data/local-files/?d=images/${insideImages(fileName).split('/').map(encodeURIComponent).join('/')}`, ...(split === null ? {} : { split }) };
  return { id, data, annotations: status === 'unlabeled' ? [] : [{ id, was_cancelled: false, ground_truth: false, result }] };
}

interface Placed {
  readonly image: ExportedImage;
  readonly id: string;
  readonly isClasses: boolean;
}

function resultsOf({ className, bbox, segmentation, confidence = 1 }: FormatObject, { image, id, isClasses }: Placed): JsonObject[] {
  const score = confidence === 1 ? {} : { score: confidence };
  const common = { to_name: 'image', original_width: image.width, original_height: image.height, image_rotation: 0, ...score };
  if (isClasses) return [{ id, type: 'choices', from_name: 'choice', ...common, value: { choices: [className] } }];
  if (segmentation !== undefined && isRings(segmentation)) {
    return segmentation.map((ring, index) => ({ id: index === 0 ? id : `${id}-${index + 1}`, type: 'polygonlabels', from_name: 'label', ...common, value: { points: pointsOf(ring, image), closed: true, polygonlabels: [className] } }));
  }
  if (bbox === undefined) return [];
  const [x, y, width, height] = bbox;
  const value = { x: (x * 100) / image.width, y: (y * 100) / image.height, width: (width * 100) / image.width, height: (height * 100) / image.height, rotation: 0, rectanglelabels: [className] };
  return [{ id, type: 'rectanglelabels', from_name: 'label', ...common, value }];
}

function pointsOf(ring: readonly number[], { width, height }: ExportedImage): number[][] {
  return ring.flatMap((x, at) => (at % 2 === 0 ? [[(x * 100) / width, ((ring[at + 1] ?? 0) * 100) / height]] : []));
}
