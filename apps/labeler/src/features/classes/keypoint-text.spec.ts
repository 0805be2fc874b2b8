import { describe, expect, it } from 'vitest';
import { namesOf, skeletonOf, skeletonText } from './keypoint-text.js';

describe('keypoints as text', () => {
  it('are a line each', () => {
    expect(namesOf(' nose \n\nleft eye\n')).toEqual(['nose', 'left eye']);
  });

  it('are joined by number, from 1', () => {
    expect(skeletonOf('1-2, 2 – 3;3-1\n', 3)).toEqual({ pairs: [[0, 1], [1, 2], [2, 0]], wrong: null });
    expect(skeletonOf('', 0)).toEqual({ pairs: [], wrong: null });
    expect(skeletonText([[0, 1], [1, 2]])).toBe('1-2, 2-3');
    expect(skeletonText(null)).toBe('');
  });

  it.each(['1-4', '0-1', '2-2', 'nose-eye', '1'])('%s is no pair of three keypoints', (pair) => {
    expect(skeletonOf(`1-2, ${pair}`, 3)).toEqual({ pairs: null, wrong: pair });
  });
});
