import { describe, expect, it } from 'vitest';
import { countChanges, drawnDiff } from './diff-shapes.js';

const box = (x: number, classId = 0) => ({ class_id: classId, bbox: [x, 20, 30, 40] });

describe('what is drawn of a difference', () => {
  it('is what came, and what went', () => {
    expect(drawnDiff({ differences: ['added'], before: null, after: box(10) })).toEqual({ change: 'added', shapes: [{ kind: 'box', x: 10, y: 20, width: 30, height: 40 }], before: [], corner: [10, 20] });
    expect(drawnDiff({ differences: ['removed'], before: box(50), after: null })).toMatchObject({ change: 'removed', corner: [50, 20] });
  });

  it('shows where a changed object was, but only when it was elsewhere', () => {
    expect(drawnDiff({ differences: ['moved'], before: box(10), after: box(50) })).toMatchObject({ change: 'changed', before: [{ x: 10 }], shapes: [{ x: 50 }], corner: [50, 20] });
    expect(drawnDiff({ differences: ['relabelled'], before: box(10, 1), after: box(10, 2) }).before).toEqual([]);
  });

  it('has its sign at the corner of an outline; a class of the whole image has no place', () => {
    expect(drawnDiff({ differences: ['added'], before: null, after: { class_id: 0, segmentation: [[9, 30, 40, 5, 20, 60]] } }).corner).toEqual([9, 5]);
    expect(drawnDiff({ differences: ['added'], before: null, after: { class_id: 0 } })).toMatchObject({ shapes: [], corner: null });
  });

  it('is counted', () => {
    expect(countChanges([{ differences: [], before: null, after: box(1) }, { differences: [], before: box(1), after: box(2) }, { differences: [], before: null, after: box(1) }])).toEqual({ added: 2, removed: 0, changed: 1 });
  });
});
