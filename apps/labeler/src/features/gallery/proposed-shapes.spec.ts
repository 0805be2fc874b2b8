import { describe, expect, it } from 'vitest';
import type { ImageSuggestion } from '../../api/types.js';
import { polygonToMask } from '../../engine/masks/index.js';
import { proposedShapes } from './proposed-shapes.js';

const SIZE = { width: 10, height: 8 };
const ID = '0192d1a0-0000-7000-8000-000000000001';
const proposal = (object: Record<string, unknown>, duplicate = false): ImageSuggestion => ({ id: ID, run_id: ID, model: { id: ID, name: 'Forms' }, score: 0.9, duplicate, object: { class_id: 2, source: 'model', ...object } });

describe('what models propose for an image', () => {
  it('is drawn dashed: masks by their borders, the rest as labels are', () => {
    const counts = polygonToMask([[2, 1, 5, 1, 5, 4, 2, 4]], SIZE);
    expect(proposedShapes([proposal({ counts }), proposal({ bbox: [1, 2, 3, 4] })], SIZE)).toEqual([
      { classId: 2, isSuggestion: true, shapes: [{ kind: 'rings', rings: [[5, 1, 5, 4, 2, 4, 2, 1]] }] },
      { classId: 2, isSuggestion: true, shapes: [{ kind: 'box', x: 1, y: 2, width: 3, height: 4 }] },
    ]);
  });

  it('is nothing of what the labels have already, of a class of the whole image, or of runs of another size', () => {
    expect(proposedShapes([proposal({ bbox: [1, 2, 3, 4] }, true), proposal({}), proposal({ counts: '5' })], SIZE)).toEqual([]);
  });
});
