import { describe, expect, it } from 'vitest';
import type { ImageLabels } from '../../api/types.js';
import { drawnObject, drawnObjects } from './shapes.js';

const LABELS: ImageLabels = { dataset_id: 'platform-a-00000000', image_id: 1, revision: 1, width: 10, height: 10, status: 'labeled', no_object: false, labeled_by: null, labeled_at: null, reviewed_by: null, reviewed_at: null };

describe('what is drawn of an object', () => {
  it('is its outline where it has one, else its box', () => {
    const outlined = drawnObject({ class_id: 3, bbox: [1, 2, 3, 4], segmentation: [[0, 0, 5, 0, 5, 5], [1, 1]], source: 'model' });
    expect(outlined).toEqual({ classId: 3, isSuggestion: true, shapes: [{ kind: 'rings', rings: [[0, 0, 5, 0, 5, 5]] }] });
    expect(drawnObject({ class_id: 3, bbox: [1, 2, 3, 4], segmentation: { size: [10, 10], counts: '04' } }).shapes).toEqual([{ kind: 'box', x: 1, y: 2, width: 3, height: 4 }]);
  });

  it('leaves out keypoints that are absent', () => {
    expect(drawnObject({ class_id: 0, bbox: [0, 0, 1, 1], keypoints: [1, 2, 2, 0, 0, 0, 5, 6, 1] }).shapes[1]).toEqual({ kind: 'points', points: [[1, 2], [5, 6]] });
  });

  it('draws nothing of what has no place: a class of the whole image, or figures that are none', () => {
    expect(drawnObjects({ ...LABELS, annotation: { class_id: 1 } })).toEqual([]);
    expect(drawnObjects({ ...LABELS, annotations: [{ class_id: 1, bbox: [1, 2, 'x', 4] }, { class_id: 2, bbox: [1, 2, 3, 4] }] }).map((one) => one.classId)).toEqual([2]);
  });
});
