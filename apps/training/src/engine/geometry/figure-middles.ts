/** A connected piece of one value in a label map. */
export interface Figure {
  readonly value: number;
  /** Mean of its pixels; the middle of the first pixel is 0. */
  readonly x: number;
  readonly y: number;
  readonly area: number;
}

/** Pieces of a square label map that hang together over the sides of pixels, row by row; the ground (0) and what is above `most` has none. */
export function figuresOf(square: Uint8Array, side: number, most: number): Figure[] {
  const seen = new Uint8Array(square.length);
  const figures: Figure[] = [];
  for (let start = 0; start < square.length; start += 1) {
    const value = square[start] ?? 0;
    if (seen[start] === 1 || value === 0 || value > most) continue;
    figures.push(flood(square, { start, side, seen }));
  }
  return figures;
}

function flood(square: Uint8Array, { start, side, seen }: { readonly start: number; readonly side: number; readonly seen: Uint8Array }): Figure {
  const value = square[start] ?? 0;
  const waiting = [start];
  seen[start] = 1;
  let [area, sumX, sumY] = [0, 0, 0];
  for (let pixel = waiting.pop(); pixel !== undefined; pixel = waiting.pop()) {
    const x = pixel % side;
    area += 1;
    sumX += x;
    sumY += (pixel - x) / side;
    for (const next of neighbours(pixel, x, side)) {
      if (next < 0 || next >= square.length || seen[next] === 1 || square[next] !== value) continue;
      seen[next] = 1;
      waiting.push(next);
    }
  }
  return { value, x: sumX / area, y: sumY / area, area };
}

/** Out of the plane upwards and downwards is out of the list; to the sides it is the pixel itself, which was seen. */
const neighbours = (pixel: number, x: number, side: number): readonly [number, number, number, number] => [pixel - side, pixel + side, x === 0 ? pixel : pixel - 1, x === side - 1 ? pixel : pixel + 1];
