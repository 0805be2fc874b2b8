import type { Point } from '../../model/geometry.js';
import type { FillColumn, LabelMap } from './label-map.js';

/** `same`: as far as the label reaches that was clicked on. `until-value`: over any label, up to what already has the new one, such as an outline. */
export type FloodReach = 'same' | 'until-value';

export interface Flood {
  readonly at: Point;
  readonly value: number;
  readonly reach: FloodReach;
}

/** Fills what hangs together by sides. `fill` has to write into the map: what is written is what was visited. */
export function floodFill(map: LabelMap, { at, value, reach }: Flood, fill: FillColumn): void {
  const { width, height } = map.size;
  const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  const { pixels } = map;
  const seed = pixels[x * height + y];
  if (seed === value) return;
  const passes: Passes = reach === 'same' ? (index) => pixels[index] === seed : (index) => pixels[index] !== value;
  const waiting = [x * height + y];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (!passes(index)) continue;
    const column = Math.floor(index / height);
    const [top, bottom] = runAround(index, passes, { first: column * height, end: (column + 1) * height });
    fill(column, top - column * height, bottom - column * height);
    if (column > 0) pushRuns(waiting, passes, [top - height, bottom - height]);
    if (column + 1 < width) pushRuns(waiting, passes, [top + height, bottom + height]);
  }
}

type Passes = (index: number) => boolean;

function runAround(index: number, passes: Passes, { first, end }: { readonly first: number; readonly end: number }): readonly [top: number, bottom: number] {
  let [top, bottom] = [index, index + 1];
  while (top > first && passes(top - 1)) top -= 1;
  while (bottom < end && passes(bottom)) bottom += 1;
  return [top, bottom];
}

/** One place of each run beside what was filled. */
function pushRuns(waiting: number[], passes: Passes, [from, to]: readonly [number, number]): void {
  let isInRun = false;
  for (let index = from; index < to; index += 1) {
    const isOpen = passes(index);
    if (isOpen && !isInRun) waiting.push(index);
    isInRun = isOpen;
  }
}
