import { rleText, spansText } from '@app/dice-format';
import { describe, expect, it } from 'vitest';
import { ringsSpans } from '../engine/geometry/mask-spans.js';
import { labeledObjects } from './labeled-objects.js';

const indexOf = new Map([
  [3, 0],
  [9, 1],
]);

describe('annotations as an engine takes them', () => {
  it('are objects with boxes, crowds, shapes and points, by the index of their class', () => {
    const objects = labeledObjects(
      [
        { class_id: 9, bbox: [1, 2, 3.5, 4], iscrowd: 0, segmentation: [[0, 0, 4, 0, 4, 4]], keypoints: [1, 2, 2, 3, 4, 0] },
        { class_id: 3, bbox: [5, 6, 7, 8], iscrowd: 1, segmentation: { size: [10, 20], counts: 'abc' } },
        { class_id: 3, bbox: [5, 6, 7, 8], keypoints: [[1, 2, 2], [3, 4, 1]] },
      ],
      'pose_estimation',
      indexOf,
    );
    expect(objects).toEqual([
      { classIndex: 1, bbox: [1, 2, 3.5, 4], isCrowd: false, polygons: [[0, 0, 4, 0, 4, 4]], keypoints: [1, 2, 2, 3, 4, 0] },
      { classIndex: 0, bbox: [5, 6, 7, 8], isCrowd: true },
      { classIndex: 0, bbox: [5, 6, 7, 8], isCrowd: false, keypoints: [1, 2, 2, 3, 4, 1] },
    ]);
  });

  it('are nothing where the task says something of the whole image', () => {
    expect(labeledObjects([{ class_id: 3, confidence: 1 }], 'image_classification', indexOf)).toEqual([]);
    expect(labeledObjects([{ class_id: 3, mask_file: 'masks/1.png' }], 'semantic_segmentation', indexOf)).toEqual([]);
  });
});

describe('run-length masks', () => {
  const size = { width: 20, height: 12 };
  const square = (left: number, top: number, side: number): number[] => [left, top, left + side, top, left + side, top + side, left, top + side];
  const labeled = (segmentation: unknown): ReturnType<typeof labeledObjects> => labeledObjects([{ class_id: 7, bbox: [4, 2, 8, 8], segmentation }], 'instance_segmentation', new Map([[7, 0]]));

  it('become their borders, holes too, from text and from numbers', () => {
    const spans = ringsSpans([square(4, 2, 8), square(6, 4, 4)], size);
    const counts = [...spans, size.width * size.height].map((border, at, all) => border - (all[at - 1] ?? 0));
    expect(rleText(counts)).toBe(spansText(spans, size.width * size.height));
    for (const form of [counts, rleText(counts)]) {
      const [object] = labeled({ size: [size.height, size.width], counts: form });
      expect(object).toMatchObject({ classIndex: 0, bbox: [4, 2, 8, 8], isEvenOdd: true });
      expect(object?.polygons).toHaveLength(2);
      expect(ringsSpans(object?.polygons ?? [], size)).toEqual(spans);
    }
  });

  it('have no borders where their runs do not add up', () => {
    expect(labeled({ size: [12, 20], counts: [5, 5] })).toEqual([{ classIndex: 0, bbox: [4, 2, 8, 8], isCrowd: false }]);
  });
});
