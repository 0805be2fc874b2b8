import type { Size } from '../model/geometry.js';
import type { Viewport } from '../view/viewport.js';

/** One of the stacked canvases, as many device pixels large as the window has. */
export class Surface {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  private ratio = 1;
  /** An empty one is hidden: else it is laid over the others in each frame, which takes as long as a full one. */
  private isEmpty = true;

  constructor(host: HTMLElement) {
    this.canvas = document.createElement('canvas');
    this.canvas.setAttribute('aria-hidden', 'true');
    Object.assign(this.canvas.style, { position: 'absolute', inset: '0', width: '100%', height: '100%', pointerEvents: 'none', visibility: 'hidden' });
    const context = this.canvas.getContext('2d');
    if (context === null) throw new Error('This browser draws no 2D canvas.');
    this.context = context;
    host.append(this.canvas);
  }

  resize({ width, height }: Size, ratio: number): void {
    this.ratio = ratio;
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
  }
  clear(): void {
    if (this.isEmpty) return;
    this.setEmpty(true);
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
  /** From here on, one unit is one pixel of the image. */
  inImage(viewport: Viewport): CanvasRenderingContext2D {
    const [scale, { x, y }] = [viewport.scale * this.ratio, viewport.offset];
    this.setEmpty(false);
    this.context.setTransform(scale, 0, 0, scale, x * this.ratio, y * this.ratio);
    return this.context;
  }
  /** From here on, one unit is one CSS pixel of the window. */
  inWindow(): CanvasRenderingContext2D {
    this.setEmpty(false);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return this.context;
  }

  private setEmpty(isEmpty: boolean): void {
    if (isEmpty === this.isEmpty) return;
    this.isEmpty = isEmpty;
    this.canvas.style.visibility = isEmpty ? 'hidden' : 'visible';
  }
}
