import type { JsonObject } from '@app/dice-format';
import type { FormatWriter, WriteReport, WrittenFile } from '../format-codec.js';
import { isRings, type ExportedDataset, type ExportedImage, type FormatObject } from '../model.js';
import { baseName, insideImages, stemOf, UniqueStems } from '../text/unique-stems.js';

/** A JSON beside each image that was looked at. */
export function labelmeWriter(dataset: ExportedDataset, report: WriteReport): FormatWriter {
  return {
    imagePaths,
    async *files(): AsyncIterable<WrittenFile> {
      const pathOf = imagePaths();
      for await (const image of dataset.images()) {
        const path = pathOf(image);
        if (path !== insideImages(image.fileName)) report.lose('file-renamed', image.fileName);
        if (image.status !== 'unlabeled') yield { name: `${stemOf(path)}.json`, kind: 'whole', text: JSON.stringify(documentOf(image, dataset, baseName(path))) };
      }
    },
  };
}

function imagePaths(): (image: Pick<ExportedImage, 'id' | 'fileName'>) => string {
  const stems = new UniqueStems();
  return ({ fileName, id }) => stems.path(insideImages(fileName), id);
}

function documentOf(image: ExportedImage, { taskType, classes }: ExportedDataset, imagePath: string): JsonObject {
  const isClasses = taskType === 'image_classification';
  const shown = new Set(image.objects.map(({ className }) => className));
  const flags = isClasses ? Object.fromEntries(classes.map(({ name }) => [name, shown.has(name)])) : {};
  const shapes = isClasses ? [] : image.objects.flatMap((object, index) => shapesOf(object, { index, polygons: taskType === 'instance_segmentation' }));
  return { version: '5.5.0', flags, shapes, imagePath, imageData: null, imageHeight: image.height, imageWidth: image.width };
}

function shapesOf({ className, bbox, segmentation, attributes }: FormatObject, { index, polygons }: { readonly index: number; readonly polygons: boolean }): JsonObject[] {
  const shape = (kind: string, points: readonly (readonly number[])[], group: number | null): JsonObject => ({
    ...{ label: className, points, group_id: group, description: '', shape_type: kind, flags: {} },
    ...(attributes === undefined || Object.keys(attributes).length === 0 ? {} : { attributes }),
  });
  if (polygons && segmentation !== undefined && isRings(segmentation)) return segmentation.map((ring) => shape('polygon', pairs(ring), segmentation.length > 1 ? index + 1 : null));
  if (bbox === undefined) return [];
  const [x, y, width, height] = bbox;
  return [shape('rectangle', [[x, y], [x + width, y + height]], null)];
}

const pairs = (ring: readonly number[]): number[][] => ring.flatMap((x, at) => (at % 2 === 0 ? [[x, ring[at + 1] ?? 0]] : []));
