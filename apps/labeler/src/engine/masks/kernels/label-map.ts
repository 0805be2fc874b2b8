import { clamp, type Size } from '../../model/geometry.js';

/** Side of the squares by which masks are undone, merged and drawn. */
export const TILE = 256;

/** Sets the pixels `top` to `bottom - 1` of a column. Callers stay inside the image. */
export type FillColumn = (x: number, top: number, bottom: number) => void;

/** One class a pixel, column by column: COCO's run lengths are then runs of memory. */
export class LabelMap {
  readonly pixels: Uint8Array;
  readonly tilesDown: number;
  readonly tilesAcross: number;

  constructor(readonly size: Size) {
    this.pixels = new Uint8Array(size.width * size.height);
    this.tilesDown = Math.ceil(size.height / TILE);
    this.tilesAcross = Math.ceil(size.width / TILE);
  }

  get tileCount(): number {
    return this.tilesDown * this.tilesAcross;
  }
  /** Tiles are numbered downwards, too. */
  tileAt(x: number, y: number): number {
    return Math.floor(x / TILE) * this.tilesDown + Math.floor(y / TILE);
  }
  boundsOf(tile: number): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } {
    const [x, y] = [Math.floor(tile / this.tilesDown) * TILE, (tile % this.tilesDown) * TILE];
    return { x, y, width: Math.min(TILE, this.size.width - x), height: Math.min(TILE, this.size.height - y) };
  }
  /** The pixels of a tile, column by column, `TILE` apart. */
  copyTile(tile: number): Uint8Array {
    const { x, y, width, height } = this.boundsOf(tile);
    const copy = new Uint8Array(TILE * TILE);
    for (let column = 0; column < width; column += 1) {
      const from = (x + column) * this.size.height + y;
      copy.set(this.pixels.subarray(from, from + height), column * TILE);
    }
    return copy;
  }
}

/** `fill`, with what lies outside the image cut off. */
export function inside({ width, height }: Size, fill: FillColumn): FillColumn {
  return (x, top, bottom) => {
    if (x < 0 || x >= width) return;
    const [from, to] = [clamp(top, 0, height), clamp(bottom, 0, height)];
    if (from < to) fill(x, from, to);
  };
}
