import type { TileColours } from './worker/protocol.js';

/** Makes a picture of these pixels. */
export type MakeTile<I> = (tile: { readonly width: number; readonly height: number; readonly colours: Uint8ClampedArray<ArrayBuffer> }) => I;

/** What of a 2D context is used. */
export interface SheetContext<I> {
  readonly canvas: { readonly width: number; readonly height: number };
  globalAlpha: number;
  imageSmoothingEnabled: boolean;
  getTransform(): { readonly a: number; readonly e: number; readonly f: number };
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  save(): void;
  restore(): void;
  drawImage(image: I, x: number, y: number, width: number, height: number): void;
}

export const canvasTile: MakeTile<HTMLCanvasElement> = ({ width, height, colours }) => {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  canvas.getContext('2d')?.putImageData(new ImageData(colours, width, height), 0, 0);
  return canvas;
};

interface Tile<I> {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly picture: I;
}

/** The picture of a mask: only tiles with something in them, so that an empty mask of a hundred megapixels costs nothing. */
export class TileSheet<I> {
  private readonly tiles = new Map<string, Tile<I>>();

  constructor(private readonly makeTile: MakeTile<I>) {}

  clear(): void {
    this.tiles.clear();
  }
  put({ x, y, width, height, colours }: TileColours): void {
    const key = `${x} ${y}`;
    if (colours === null) this.tiles.delete(key);
    else this.tiles.set(key, { x, y, width, height, picture: this.makeTile({ width, height, colours }) });
  }

  /** Draws what is in sight. Borders of tiles are put on whole device pixels: between them a fraction would show as a line. */
  draw(context: SheetContext<I>, opacity: number): void {
    const { a: scale, e: left, f: top } = context.getTransform();
    const { width, height } = context.canvas;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = opacity;
    // Pixels stay pixels where they are larger than the screen's.
    context.imageSmoothingEnabled = scale < 1;
    for (const tile of this.tiles.values()) {
      const [x, right] = [Math.round(tile.x * scale + left), Math.round((tile.x + tile.width) * scale + left)];
      const [y, bottom] = [Math.round(tile.y * scale + top), Math.round((tile.y + tile.height) * scale + top)];
      if (right > 0 && bottom > 0 && x < width && y < height) context.drawImage(tile.picture, x, y, right - x, bottom - y);
    }
    context.restore();
  }
}
