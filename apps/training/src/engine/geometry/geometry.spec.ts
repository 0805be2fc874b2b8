import { maskSpans, spansText } from '@app/dice-format';
import { describe, expect, it } from 'vitest';
import { contoursOf, signedArea, simplified, spansRings } from './contours.js';
import { polygonSpans, ringsSpans, sharedArea, spansArea, spansIou, united } from './mask-spans.js';

const SIZE = { width: 12, height: 8 };
const square = (left: number, top: number, side: number): number[] => [left, top, left + side, top, left + side, top + side, left, top + side];

/** Row-major picture of spans. */
const picture = (spans: readonly number[]): string[] => {
  const rows = Array.from({ length: SIZE.height }, () => new Array<string>(SIZE.width).fill('.'));
  for (let at = 0; at < spans.length; at += 2) {
    for (let pixel = spans[at] ?? 0; pixel < (spans[at + 1] ?? 0); pixel += 1) (rows[pixel % SIZE.height] ?? [])[Math.floor(pixel / SIZE.height)] = '#';
  }
  return rows.map((row) => row.join(''));
};

describe('masks as spans', () => {
  it('fill a ring by the middles of its pixels, column by column', () => {
    expect(ringsSpans([square(2, 1, 3)], SIZE)).toEqual([17, 20, 25, 28, 33, 36]);
    expect(picture(ringsSpans([[1, 1, 7, 1, 1, 7]], SIZE))).toEqual([
      '............',
      '.#####......',
      '.####.......',
      '.###........',
      '.##.........',
      '.#..........',
      '............',
      '............',
    ]);
  });

  it('cut off what lies outside, and join runs that touch over the end of a column', () => {
    expect(ringsSpans([square(-5, -5, 30)], SIZE)).toEqual([0, 96]);
    expect(ringsSpans([square(20, 20, 3)], SIZE)).toEqual([]);
  });

  it('leave a ring within a ring out, but fill parts of one object each for itself', () => {
    const rings = [square(1, 1, 6), square(3, 3, 2)];
    expect(spansArea(ringsSpans(rings, SIZE))).toBe(32);
    expect(spansArea(polygonSpans(rings, SIZE))).toBe(36);
    expect(picture(ringsSpans(rings, SIZE))[3]).toBe('.##..##.....');
  });

  it('tell shared pixels, union and overlap', () => {
    const [left, right] = [ringsSpans([square(0, 0, 4)], SIZE), ringsSpans([square(2, 2, 4)], SIZE)];
    expect(sharedArea(left, right)).toBe(4);
    expect(spansArea(united([left, right]))).toBe(28);
    expect(spansIou(left, right)).toBeCloseTo(4 / 28, 12);
    expect(spansIou(left, right, true)).toBeCloseTo(4 / 16, 12);
    expect(spansIou([], [])).toBe(0);
    expect(spansIou(left, left)).toBe(1);
  });

  it('are the spans of COCO run lengths', () => {
    const spans = ringsSpans([square(2, 1, 3)], SIZE);
    expect(maskSpans(spansText(spans, 96), 96)).toEqual(spans);
  });
});

const field = (rule: (x: number, y: number) => number): Float32Array => Float32Array.from({ length: SIZE.width * SIZE.height }, (_, at) => rule((at % SIZE.width) + 0.5, Math.floor(at / SIZE.width) + 0.5));

describe('contours', () => {
  it('of a disc are one ring of its radius, clockwise', () => {
    const contours = contoursOf(
      field((x, y) => 3 - Math.hypot(x - 6, y - 4)),
      SIZE,
    );
    expect(contours).toHaveLength(1);
    const [{ ring, area } = { ring: [], area: 0 }] = contours;
    expect(area).toBeGreaterThan(0);
    expect(area).toBeGreaterThan(26);
    expect(area).toBeLessThan(28.3);
    for (let at = 0; at < ring.length; at += 2) expect(Math.hypot((ring[at] ?? 0) - 6, (ring[at + 1] ?? 0) - 4)).toBeCloseTo(3, 0);
  });

  it('fill to the pixels that are above zero, holes and borders too', () => {
    const planes = [
      field((x, y) => Math.abs(Math.hypot(x - 6, y - 4) - 2.6) < 1 ? 1 : -1),
      field((x) => (x < 3 ? 1 : -1)),
      field((x, y) => ((Math.floor(x) + Math.floor(y)) % 2 === 0 ? 1 : -1)),
      field(() => 1),
      field(() => -1),
    ];
    for (const plane of planes) {
      const contours = contoursOf(plane, SIZE);
      const spans = ringsSpans(contours.map(({ ring }) => ring), SIZE);
      const above = [...plane.keys()].filter((at) => (plane[at] ?? 0) > 0);
      expect(picture(spans).join('')).toBe(Array.from({ length: plane.length }, (_, at) => (above.includes(at) ? '#' : '.')).join(''));
    }
    expect(contoursOf(planes[0] ?? new Float32Array(), SIZE).map(({ area }) => Math.sign(area)).sort()).toEqual([-1, 1]);
  });

  it('lose points on straight lines, and keep corners', () => {
    const ring = [0, 0, 1, 0, 2, 0, 4, 0, 4, 3, 4, 4, 2, 3.99, 0, 4, 0, 2];
    expect(simplified(ring, 0.1)).toEqual([0, 0, 4, 0, 4, 4, 0, 4]);
    expect(signedArea(simplified(ring, 0.1))).toBeCloseTo(16, 9);
    expect(simplified([0, 0, 1, 0, 1, 1], 5)).toHaveLength(6);
    expect(simplified([0, 0, 1, 0.01, 2, 0, 1, -0.01], 5).length).toBeGreaterThanOrEqual(6);
  });
});

describe('borders of a mask', () => {
  it('fill to the mask again, wherever it lies, holes and steps too', () => {
    for (const rings of [[square(2, 1, 3)], [square(1, 1, 6), square(3, 3, 2)], [[1, 1, 11, 4, 3, 7]], [square(0, 0, 2), square(9, 5, 3)]]) {
      const spans = ringsSpans(rings, SIZE);
      const borders = spansRings(spans, SIZE);
      const back = ringsSpans(borders, SIZE);
      expect(sharedArea(spans, back) / spansArea(united([spans, back]))).toBeGreaterThan(0.9);
      expect(borders.flat().length).toBeLessThan(60);
    }
    expect(spansRings([], SIZE)).toEqual([]);
  });
});
