/** How an original image lies in the square that the network sees: scaled with its proportions kept, centred, black around it. */
export interface FitGeometry {
  /** Of the upright original image, pixels. */
  readonly width: number;
  readonly height: number;
  /** Of the square, pixels. */
  readonly side: number;
  /** Square pixels for one pixel of the original. */
  readonly scale: number;
  /** The same downwards, where the image was stretched. */
  readonly scaleDown?: number;
  /** Black columns and rows before the image, pixels of the square. */
  readonly left: number;
  readonly top: number;
}

/** As `decodeImage` fits an image: sharp's `contain`, which rounds the shorter side and puts the odd black pixel behind. */
export function fitGeometry(width: number, height: number, side: number): FitGeometry {
  const scale = side / Math.max(width, height);
  const margin = (length: number): number => Math.floor((side - Math.max(1, Math.round(length * scale))) / 2);
  return { width, height, side, scale, left: margin(width), top: margin(height) };
}

/** From pixels of the original to pixels of the square; a pixel's middle is at a half. */
export const toSquare = (fit: FitGeometry, x: number, y: number): readonly [number, number] => [x * fit.scale + fit.left, y * (fit.scaleDown ?? fit.scale) + fit.top];

/** Back again. */
export const toOriginal = (fit: FitGeometry, x: number, y: number): readonly [number, number] => [(x - fit.left) / fit.scale, (y - fit.top) / (fit.scaleDown ?? fit.scale)];
