import { describe, expect, it } from 'vitest';
import { milestoneOf } from './job-time.js';

describe('milestoneOf', () => {
  it.each([
    [0, 0],
    [0.2499, 0],
    [0.25, 0.25],
    [0.74, 0.5],
    [0.75, 0.75],
    [1, 0.75],
  ])('says the last quarter that was passed: %d -> %d', (progress, expected) => {
    expect(milestoneOf(progress)).toBe(expected);
  });
});
