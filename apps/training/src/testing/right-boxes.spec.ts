import { describe, expect, it } from 'vitest';
import { rightBoxes } from './right-boxes.js';

const box = (x: number, width: number, class_id = 1): { class_id: number; bbox: number[] } => ({ class_id, bbox: [x, 0, width, 10] });
const said = (x: number, width: number, score: number, class_id = 1): { class_id: number; bbox: number[]; score: number } => ({ ...box(x, width, class_id), score });

describe('boxes that nobody needs to touch', () => {
  it('are those of the class that overlap by 0.7 at least, each box met once', () => {
    const truth = [box(0, 10), box(50, 10), box(80, 10)];
    const predicted = [said(0, 10, 0.9), said(0, 9, 0.8), said(50, 6, 0.7), said(80, 10, 0.6, 2), said(80, 10, 0.4)];
    expect(rightBoxes([{ truth, predicted }], 0.5)).toEqual({ there: 3, proposed: 4, right: 1, near: 2, images: 0 });
    expect(rightBoxes([{ truth, predicted }], 0.3)).toMatchObject({ proposed: 5, right: 2, near: 3 });
  });

  it('make an image right where nothing is missing and nothing too much', () => {
    const right = { truth: [box(0, 10)], predicted: [said(0, 9, 0.9)] };
    const empty = { truth: [], predicted: [] };
    const more = { truth: [box(0, 10)], predicted: [said(0, 10, 0.9), said(50, 10, 0.9)] };
    expect(rightBoxes([right, empty, more], 0.5)).toEqual({ there: 2, proposed: 3, right: 2, near: 2, images: 2 });
  });
});
