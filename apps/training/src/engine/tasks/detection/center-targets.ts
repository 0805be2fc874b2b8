import type { Box, Placement } from '../../data/placement.js';
import type { Sample } from '../../samples/sample.js';
import type { Targets } from '../training-task.js';
import { GRID_STRIDE } from './centers-small.js';

/** How much of half an object's side the hill of its middle spans (TTFNet's alpha). */
const HILL_SPAN = 0.54;
/** Of an object this part must be left in the picture to be learned; what is left of others is neither object nor ground. */
const LEAST_VISIBLE = 0.3;
/** Pixels of the square; smaller things cannot be told from noise. */
const LEAST_SIDE = 2;
/** A middle's surroundings count as ground by (1 - hill)^4. */
const HILL_EXPONENT = 4;
/** Flat bottom of a hill: below it a cell says nothing of the box. */
const LEAST_HILL = 0.05;
/** Distances are told of cells inside the box, but never as nothing at all. */
const LEAST_DISTANCE = 0.05;

/** An object as the network is to see it; boxes are in cells of the grid. */
export interface SeenObject {
  /** Into the sample's objects. */
  readonly index: number;
  readonly classIndex: number;
  readonly box: Box;
  readonly area: number;
  /** Where its middle lies, row by row. */
  readonly cell: number;
}

export interface SeenObjects {
  /** The smallest last: where hills lie on each other it is the one that would be lost. */
  readonly learned: readonly SeenObject[];
  /** Neither objects nor ground. */
  readonly leftOut: readonly SeenObject[];
}

export function seenObjects(sample: Sample, placement: Placement): SeenObjects {
  const learned: SeenObject[] = [];
  const leftOut: SeenObject[] = [];
  sample.objects.forEach(({ bbox, classIndex, isCrowd }, index) => {
    if (bbox === null) return;
    const [x, y, width, height] = bbox;
    const whole = placement.box(x, y, { width, height });
    const box = within(whole, placement.fit.side);
    if (areaOf(box) <= 0) return;
    const isSeen = areaOf(box) >= LEAST_VISIBLE * areaOf(whole) && Math.min(box.right - box.left, box.bottom - box.top) >= LEAST_SIDE;
    const inGrid = inCells(box);
    const seen = { index, classIndex, box: inGrid, area: areaOf(box), cell: middleCell(inGrid, placement.fit.side / GRID_STRIDE) };
    if (isCrowd || !isSeen) leftOut.push(seen);
    else learned.push(seen);
  });
  return { learned: learned.sort((a, b) => b.area - a.area), leftOut };
}

/** Writes the targets of one image: `positives`, `negatives` [K, G, G], `distances` [4, G, G], `weights` [G, G]. */
export function writeCenterTargets(sample: Sample, placement: Placement, into: Targets): SeenObjects {
  const target = new CenterTargets(placement.fit.side / GRID_STRIDE, into);
  const seen = seenObjects(sample, placement);
  for (const one of seen.leftOut) target.leaveOut(one.box, one.classIndex);
  for (const one of seen.learned) target.add(one);
  return seen;
}

function middleCell(box: Box, side: number): number {
  const along = (from: number, to: number): number => Math.min(side - 1, Math.floor((from + to) / 2));
  return along(box.top, box.bottom) * side + along(box.left, box.right);
}

const areaOf = ({ left, top, right, bottom }: Box): number => Math.max(0, right - left) * Math.max(0, bottom - top);
const inCells = ({ left, top, right, bottom }: Box): Box => ({ left: left / GRID_STRIDE, top: top / GRID_STRIDE, right: right / GRID_STRIDE, bottom: bottom / GRID_STRIDE });

function within(box: Box, side: number): Box {
  const inside = (value: number): number => Math.min(side, Math.max(0, value));
  return { left: inside(box.left), top: inside(box.top), right: inside(box.right), bottom: inside(box.bottom) };
}

class CenterTargets {
  private readonly cells: number;
  private readonly positives: Float32Array;
  private readonly negatives: Float32Array;
  private readonly distances: Float32Array;
  private readonly weights: Float32Array;

  constructor(
    private readonly side: number,
    into: Targets,
  ) {
    this.cells = side * side;
    this.positives = into['positives'] ?? new Float32Array();
    this.negatives = into['negatives'] ?? new Float32Array();
    this.distances = into['distances'] ?? new Float32Array();
    this.weights = into['weights'] ?? new Float32Array();
    this.negatives.fill(1);
  }

  /** Whatever the network says of these cells is neither right nor wrong. */
  leaveOut(box: Box, classIndex: number): void {
    for (let y = Math.floor(box.top); y < Math.min(this.side, box.bottom); y += 1) {
      const row = classIndex * this.cells + y * this.side;
      this.negatives.fill(0, row + Math.floor(box.left), row + Math.min(this.side, Math.ceil(box.right)));
    }
  }

  add({ classIndex, box, cell: middle }: SeenObject): void {
    const [cellX, cellY] = [middle % this.side, Math.floor(middle / this.side)];
    const reach = (length: number): number => Math.floor((length / 2) * HILL_SPAN);
    const [reachX, reachY] = [reach(box.right - box.left), reach(box.bottom - box.top)];
    const [deviationX, deviationY] = [(2 * reachX + 1) / 6, (2 * reachY + 1) / 6];
    const hills: { readonly cell: number; readonly x: number; readonly y: number; readonly hill: number }[] = [];
    for (let y = Math.max(0, cellY - reachY); y <= Math.min(this.side - 1, cellY + reachY); y += 1) {
      for (let x = Math.max(0, cellX - reachX); x <= Math.min(this.side - 1, cellX + reachX); x += 1) {
        const hill = Math.exp(-((x - cellX) ** 2) / (2 * deviationX ** 2) - (y - cellY) ** 2 / (2 * deviationY ** 2));
        hills.push({ cell: y * this.side + x, x, y, hill });
      }
    }
    for (const { cell, hill } of hills) this.raise(classIndex * this.cells + cell, hill);
    const total = hills.reduce((sum, one) => sum + one.hill, 0);
    for (const { cell, x, y, hill } of hills) if (hill >= LEAST_HILL) this.tell(cell, [x + 0.5 - box.left, y + 0.5 - box.top, box.right - x - 0.5, box.bottom - y - 0.5], hill / total);
    this.positives[classIndex * this.cells + cellY * this.side + cellX] = 1;
    this.negatives[classIndex * this.cells + cellY * this.side + cellX] = 0;
  }

  private raise(at: number, hill: number): void {
    this.negatives[at] = Math.min(this.negatives[at] ?? 0, (1 - hill) ** HILL_EXPONENT);
  }

  private tell(cell: number, distances: readonly number[], weight: number): void {
    distances.forEach((distance, side) => (this.distances[side * this.cells + cell] = Math.max(LEAST_DISTANCE, distance)));
    this.weights[cell] = weight;
  }
}
