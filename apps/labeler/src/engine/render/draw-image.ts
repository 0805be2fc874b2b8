import type { Size } from '../model/geometry.js';
import type { Viewport } from '../view/viewport.js';
import type { Surface } from './surface.js';

/** From here on pixels are squares, not a blur. */
const NEAREST_FROM = 4;
/** From here on a line stands between pixels. */
const GRID_FROM = 16;

export interface Picture {
  /** The image itself, or a smaller one of it that is stretched until the other is there. */
  readonly source: CanvasImageSource;
  readonly size: Size;
}

/** `draft`: while the view moves, a large picture is scaled down by fewer samples. */
export function drawPicture(surface: Surface, viewport: Viewport, { source, size }: Picture, draft: boolean): void {
  const context = surface.inImage(viewport);
  context.imageSmoothingEnabled = viewport.scale < NEAREST_FROM;
  context.imageSmoothingQuality = draft ? 'low' : 'medium';
  context.drawImage(source, 0, 0, size.width, size.height);
}

/** Lines between the pixels that are seen. */
export function drawPixelGrid(surface: Surface, viewport: Viewport, size: Size): void {
  if (viewport.scale < GRID_FROM) return;
  const context = surface.inImage(viewport);
  const seen = viewport.visible();
  const [left, top] = [Math.max(0, Math.floor(seen.x)), Math.max(0, Math.floor(seen.y))];
  const [right, bottom] = [Math.min(size.width, Math.ceil(seen.x + seen.width)), Math.min(size.height, Math.ceil(seen.y + seen.height))];
  context.beginPath();
  for (let x = left; x <= right; x += 1) {
    context.moveTo(x, top);
    context.lineTo(x, bottom);
  }
  for (let y = top; y <= bottom; y += 1) {
    context.moveTo(left, y);
    context.lineTo(right, y);
  }
  context.lineWidth = 1 / viewport.scale;
  context.strokeStyle = 'rgba(128, 128, 128, 0.45)';
  context.stroke();
}
