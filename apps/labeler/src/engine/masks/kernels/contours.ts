import type { Ring } from '../../model/geometry.js';
import type { LabelMap } from './label-map.js';

/** Right, down, left, up. */
const STEPS = [[1, 0], [0, 1], [-1, 0], [0, -1]] as const;

/**
 * The outlines of all pixels of a value, along pixel edges with their corners only; holes are rings of their own. `fillRings` of them gives
 * exactly those pixels again.
 */
export function maskRings(map: LabelMap, value: number): readonly Ring[] {
  const outline = new Outline(map, value);
  return [...outline.rings()];
}

/** Follows edges with the mask on the right hand. An edge is a corner of the pixel grid and a direction. */
class Outline {
  private readonly width: number;
  private readonly height: number;
  private readonly visited = new Set<number>();

  constructor(
    private readonly map: LabelMap,
    private readonly value: number,
  ) {
    ({ width: this.width, height: this.height } = map.size);
  }

  *rings(): Generator<Ring> {
    for (let x = 0; x < this.width; x += 1) {
      for (let y = 0; y < this.height; y += 1) {
        // Each ring has an upper edge somewhere: of an island or, seen from inside, of what lies under a hole.
        if (this.has(x, y) && !this.has(x, y - 1) && !this.visited.has(this.keyOf(x, y, 0))) yield this.follow(x, y);
      }
    }
  }

  private follow(startX: number, startY: number): Ring {
    const ring: number[] = [];
    let [x, y, direction] = [startX, startY, 0];
    do {
      if (direction === 0) this.visited.add(this.keyOf(x, y, 0));
      const [stepX, stepY] = STEPS[direction] ?? STEPS[0];
      [x, y] = [x + stepX, y + stepY];
      const next = this.turn(x, y, direction);
      if (next !== direction) ring.push(x, y);
      direction = next;
    } while (x !== startX || y !== startY || direction !== 0);
    return ring;
  }

  /** At a corner where two pixels touch, to the right: they are two islands. */
  private turn(x: number, y: number, direction: number): number {
    const ahead = (side: 'left' | 'right'): boolean => this.ahead(x, y, { direction, side });
    if (!ahead('right')) return (direction + 1) % 4;
    return ahead('left') ? (direction + 3) % 4 : direction;
  }
  /** The pixel ahead of a corner, on the one hand or the other. */
  private ahead(x: number, y: number, { direction, side }: { readonly direction: number; readonly side: 'left' | 'right' }): boolean {
    const isRight = side === 'right';
    switch (direction) {
      case 0:
        return this.has(x, isRight ? y : y - 1);
      case 1:
        return this.has(isRight ? x - 1 : x, y);
      case 2:
        return this.has(x - 1, isRight ? y - 1 : y);
      default:
        return this.has(isRight ? x : x - 1, y - 1);
    }
  }
  private has(x: number, y: number): boolean {
    return x >= 0 && y >= 0 && x < this.width && y < this.height && this.map.pixels[x * this.height + y] === this.value;
  }
  private keyOf(x: number, y: number, direction: number): number {
    return (x * (this.height + 1) + y) * 4 + direction;
  }
}
