import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxOfCorners, intersectionOverUnion, ringArea, ringOf, type Box, type Point } from '../model/geometry.js';
import { boundsOf, type Geometry, type LabelObject } from '../model/label-object.js';
import { HANDLES, handlePoint, resized } from './edit-box.js';
import { edgeAt, insertVertex, isRing, moveVertex, removeVertex, simplified, vertexAt } from './edit-polygon.js';
import { isInRing, SpatialIndex } from './hit-test.js';
import { moved, withKeypoint } from './transform.js';

const IMAGE = { width: 200, height: 100 };
const make = (id: string, geometry: Geometry): LabelObject => ({ id, classId: 0, geometry, attributes: {}, source: 'manual', score: null, rest: {} });
const boxed = (id: string, [x, y, width, height]: readonly [number, number, number, number]): LabelObject => make(id, { kind: 'box', box: { x, y, width, height } });
const insideImage = fc.record({ x: fc.double({ min: 0, max: 200, noNaN: true }), y: fc.double({ min: 0, max: 100, noNaN: true }) });
const anywhere = fc.record({ x: fc.double({ min: -500, max: 500, noNaN: true }), y: fc.double({ min: -500, max: 500, noNaN: true }) });
const boxArbitrary = fc.tuple(insideImage, insideImage).map(([a, b]) => boxOfCorners(a, b));
const isWithin = (box: Box): boolean => box.x >= -1e-9 && box.y >= -1e-9 && box.x + box.width <= IMAGE.width + 1e-9 && box.y + box.height <= IMAGE.height + 1e-9;
const square: readonly Point[] = [
  { x: 10, y: 10 },
  { x: 50, y: 10 },
  { x: 50, y: 50 },
  { x: 10, y: 50 },
];

describe('what lies under the pointer', () => {
  it('is the smallest first, and what lies beside within reach', () => {
    const index = new SpatialIndex();
    index.load([boxed('table', [0, 0, 100, 100]), boxed('bottle', [40, 40, 10, 20]), boxed('far', [150, 50, 20, 20])]);
    expect(index.at({ x: 45, y: 50 }, 2).map((one) => one.id)).toEqual(['bottle', 'table']);
    expect(index.at({ x: 52, y: 50 }, 2).map((one) => one.id)).toEqual(['bottle', 'table']);
    expect(index.at({ x: 53, y: 50 }, 2).map((one) => one.id)).toEqual(['table']);
    index.set('bottle', boxed('bottle', [160, 60, 2, 2]));
    index.set('far', null);
    expect(index.at({ x: 161, y: 61 }, 0).map((one) => one.id)).toEqual(['bottle']);
  });

  it('agrees with a look at every object, after any changes', () => {
    const objects = fc.uniqueArray(fc.tuple(fc.nat(30), boxArbitrary), { selector: ([id]) => id, maxLength: 30 });
    fc.assert(
      fc.property(objects, fc.array(fc.tuple(fc.nat(30), fc.option(boxArbitrary)), { maxLength: 20 }), insideImage, (first, changes, point) => {
        const index = new SpatialIndex();
        const all = new Map(first.map(([id, box]) => [String(id), make(String(id), { kind: 'box', box })]));
        index.load([...all.values()]);
        for (const [id, box] of changes) {
          const object = box === null ? null : make(String(id), { kind: 'box', box });
          index.set(String(id), object);
          if (object === null) all.delete(String(id));
          else all.set(String(id), object);
        }
        const expected = [...all.values()].filter(({ geometry }) => {
          const box = boundsOf(geometry);
          return box !== null && point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height;
        });
        expect(new Set(index.at(point, 0).map((one) => one.id))).toEqual(new Set(expected.map((one) => one.id)));
      }),
    );
  });

  it('is a polygon where it is, not where its box is', () => {
    const index = new SpatialIndex();
    index.load([make('corner', { kind: 'polygon', rings: [[0, 0, 100, 0, 0, 100]] })]);
    expect(index.at({ x: 20, y: 20 }, 1)).toHaveLength(1);
    expect(index.at({ x: 90, y: 90 }, 1)).toHaveLength(0);
    // Just beside the long side, and beside the closing one.
    expect([2, 3].map((reach) => index.at({ x: 52, y: 52 }, reach).length)).toEqual([0, 1]);
    expect([2, 4].map((reach) => index.at({ x: -3, y: 50 }, reach).length)).toEqual([0, 1]);
  });
});

describe('a box', () => {
  it('has its handle where it was put, cut to the image, and turns over when drawn through itself', () => {
    fc.assert(
      fc.property(boxArbitrary, fc.constantFrom(...HANDLES), anywhere, (box, handle, to) => {
        const next = resized(box, handle, to, IMAGE);
        expect(isWithin(next)).toBe(true);
        const opposite = handlePoint(box, { x: handle.x === 1 ? -1 : handle.x === -1 ? 1 : 0, y: handle.y === 1 ? -1 : handle.y === -1 ? 1 : 0 });
        const [left, right] = [next.x, next.x + next.width];
        const put = Math.min(Math.max(to.x, 0), IMAGE.width);
        if (handle.x !== 0) expect(Math.min(Math.abs(left - put), Math.abs(right - put))).toBeLessThan(1e-9);
        if (handle.x !== 0) expect(Math.min(Math.abs(left - opposite.x), Math.abs(right - opposite.x))).toBeLessThan(1e-9);
        if (handle.x === 0) expect([next.x, next.width]).toEqual([box.x, box.width]);
      }),
    );
  });

  it('is moved as far as the image goes, and keeps its size', () => {
    fc.assert(
      fc.property(boxArbitrary, anywhere, (box, by) => {
        const after = boundsOf(moved(make('a', { kind: 'box', box }), by, IMAGE).geometry);
        expect(after === null ? null : [after.width, after.height]).toEqual([box.width, box.height]);
        expect(after !== null && isWithin(after)).toBe(true);
      }),
    );
  });

  it('covers as much as it shares of what both are', () => {
    expect(intersectionOverUnion({ x: 0, y: 0, width: 10, height: 10 }, { x: 5, y: 0, width: 10, height: 10 })).toBeCloseTo(1 / 3);
    expect(intersectionOverUnion({ x: 0, y: 0, width: 10, height: 10 }, { x: 10, y: 0, width: 10, height: 10 })).toBe(0);
  });
});

describe('a polygon', () => {
  const ring = ringOf(square);
  it('has its vertices and edges within reach, the nearest first', () => {
    expect(vertexAt([ring], { x: 48, y: 12 }, 5)).toMatchObject({ ring: 0, vertex: 1 });
    expect(vertexAt([ring], { x: 30, y: 30 }, 5)).toBeNull();
    expect(edgeAt([ring], { x: 30, y: 13 }, 5)).toMatchObject({ ring: 0, vertex: 0, point: { x: 30, y: 10 } });
    expect(edgeAt([[0, 0, 1, 0, 0, 1], ring], { x: 12, y: 40 }, 5)).toMatchObject({ ring: 1, vertex: 3 });
  });

  it('gets a vertex in an edge, moves it, and loses it again', () => {
    const more = insertVertex([ring], { ring: 0, vertex: 3 }, { x: 5, y: 30 });
    expect(more).toEqual([[10, 10, 50, 10, 50, 50, 10, 50, 5, 30]]);
    expect(moveVertex(more, { ring: 0, vertex: 4 }, { x: 1, y: 2 })).toEqual([[10, 10, 50, 10, 50, 50, 10, 50, 1, 2]]);
    expect(removeVertex(more, { ring: 0, vertex: 4 })).toEqual([[...ring]]);
  });

  it('of three corners goes as a whole; the last ring leaves nothing', () => {
    expect(removeVertex([[0, 0, 9, 0, 0, 9], ring], { ring: 0, vertex: 1 })).toEqual([[...ring]]);
    expect(removeVertex([[0, 0, 9, 0, 0, 9]], { ring: 0, vertex: 1 })).toBeNull();
  });

  it('needs three corners and an area', () => {
    expect(isRing(square)).toBe(true);
    expect(isRing(square.slice(0, 2))).toBe(false);
    expect(isRing([{ x: 0, y: 0 }, { x: 5, y: 5 }, { x: 9, y: 9 }])).toBe(false);
    expect(ringArea(ring)).toBe(1_600);
    expect([isInRing(ring, { x: 11, y: 49 }), isInRing(ring, { x: 9, y: 30 })]).toEqual([true, false]);
  });

  it('drawn freehand keeps its ends and strays no farther than told', () => {
    const line = Array.from({ length: 2_000 }, (_, index) => ({ x: index / 10, y: 50 + 20 * Math.sin(index / 100) }));
    const fewer = simplified(line, 0.5);
    expect(fewer.length).toBeLessThan(60);
    expect([fewer[0], fewer.at(-1)]).toEqual([line[0], line.at(-1)]);
    const away = line.map((point) => Math.min(...fewer.slice(1).map((to, index) => edgeDistance(fewer[index] ?? to, to, point))));
    expect(Math.max(...away)).toBeLessThanOrEqual(0.5);
  });
});

function edgeDistance(from: Point, to: Point, { x, y }: Point): number {
  const length = Math.hypot(to.x - from.x, to.y - from.y) ** 2;
  const along = Math.min(1, Math.max(0, ((x - from.x) * (to.x - from.x) + (y - from.y) * (to.y - from.y)) / length));
  return Math.hypot(from.x + along * (to.x - from.x) - x, from.y + along * (to.y - from.y) - y);
}

describe('a pose', () => {
  const pose = make('p', { kind: 'keypoints', box: { x: 10, y: 10, width: 20, height: 20 }, points: [{ x: 12, y: 12, v: 2 }, { x: 0, y: 0, v: 0 }] });
  it('has a box that grows with a point that leaves it, and absent points stay at zero', () => {
    expect(withKeypoint(pose, 0, { x: 40, y: 12, v: 1 }).geometry).toMatchObject({ box: { x: 10, y: 10, width: 30, height: 20 } });
    expect(moved(pose, { x: 5, y: 0 }, IMAGE).geometry).toMatchObject({ points: [{ x: 17, y: 12, v: 2 }, { x: 0, y: 0, v: 0 }], box: { x: 15 } });
  });
});
