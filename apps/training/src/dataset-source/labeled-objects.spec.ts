import { describe, expect, it } from 'vitest';
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
      { classIndex: 0, bbox: [5, 6, 7, 8], isCrowd: true, rle: { size: [10, 20], counts: 'abc' } },
      { classIndex: 0, bbox: [5, 6, 7, 8], isCrowd: false, keypoints: [1, 2, 2, 3, 4, 1] },
    ]);
  });

  it('are nothing where the task says something of the whole image', () => {
    expect(labeledObjects([{ class_id: 3, confidence: 1 }], 'image_classification', indexOf)).toEqual([]);
    expect(labeledObjects([{ class_id: 3, mask_file: 'masks/1.png' }], 'semantic_segmentation', indexOf)).toEqual([]);
  });
});
