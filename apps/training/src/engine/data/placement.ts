import { toSquare, type FitGeometry } from './fit.js';
import { targetOf, type Warp } from './warp.js';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where things of an original image lie in the square that the network sees in this step: fitted, then warped as its pixels are. */
export class Placement {
  constructor(
    readonly fit: FitGeometry,
    /** Null: the image is seen as it is. */
    readonly warp: Warp | null,
  ) {}

  /** From pixels of the original to pixels of the network's square, where a pixel's middle is at a half. */
  point(x: number, y: number): readonly [number, number] {
    const [atX, atY] = toSquare(this.fit, x, y);
    if (this.warp === null) return [atX, atY];
    const [warpedX, warpedY] = targetOf(this.warp, this.fit.side, atX - 0.5, atY - 0.5);
    return [warpedX + 0.5, warpedY + 0.5];
  }

  /** The upright box around a box's four corners; it may reach out of the square. */
  box(x: number, y: number, size: { readonly width: number; readonly height: number }): Box {
    const corners = [this.point(x, y), this.point(x + size.width, y), this.point(x, y + size.height), this.point(x + size.width, y + size.height)];
    const xs = corners.map((corner) => corner[0]);
    const ys = corners.map((corner) => corner[1]);
    return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
  }
}
