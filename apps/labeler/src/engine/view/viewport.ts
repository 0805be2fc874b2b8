import { clamp, type Box, type Point, type Size } from '../model/geometry.js';

/** Screen pixels an image pixel: from a whole satellite scene on a telephone to a pixel as large as a thumb. */
export const ZOOM = { least: 0.01, most: 64 } as const;
/** Screen pixels that are left around an image that fits. */
const MARGIN = 24;
/** Of the image that always stays in the window, in screen pixels: nobody loses it. */
const KEPT = 48;

/** Where the image lies in the window, and how large. CSS pixels; the renderer alone knows of device pixels. */
export class Viewport {
  private at: Point = { x: 0, y: 0 };
  private factor = 1;
  private window: Size = { width: 1, height: 1 };
  private image: Size = { width: 1, height: 1 };
  /** Whether the image is to fit again when the window changes: until somebody zooms or pans. */
  private fitted = true;
  private readonly listeners = new Set<() => void>();

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get scale(): number {
    return this.factor;
  }
  /** Of the image's top left corner in the window. */
  get offset(): Point {
    return this.at;
  }
  get windowSize(): Size {
    return this.window;
  }

  toImage({ x, y }: Point): Point {
    return { x: (x - this.at.x) / this.factor, y: (y - this.at.y) / this.factor };
  }
  toScreen({ x, y }: Point): Point {
    return { x: x * this.factor + this.at.x, y: y * this.factor + this.at.y };
  }
  /** A length on the screen in image pixels. */
  lengthInImage(screenPixels: number): number {
    return screenPixels / this.factor;
  }
  /** What of the image can be seen, grown to whole image pixels by nobody: fractions and all. */
  visible(): Box {
    const { x, y } = this.toImage({ x: 0, y: 0 });
    return { x, y, width: this.window.width / this.factor, height: this.window.height / this.factor };
  }

  setImage(image: Size): void {
    this.image = image;
    this.fit();
  }
  setWindow(window: Size): void {
    if (window.width === this.window.width && window.height === this.window.height) return;
    const centre = this.toImage(this.centre());
    this.window = window;
    if (this.fitted) return this.fit();
    this.lookAt(centre, this.factor);
  }

  fit(): void {
    const { width, height } = this.window;
    const factor = Math.min((width - 2 * MARGIN) / this.image.width, (height - 2 * MARGIN) / this.image.height);
    this.lookAt({ x: this.image.width / 2, y: this.image.height / 2 }, clamp(factor, ZOOM.least, ZOOM.most));
    this.fitted = true;
  }
  /** One image pixel is one pixel of the screen. */
  actualSize(): void {
    this.zoomAt(this.centre(), 1 / this.factor);
  }
  /** The point of the image under `screen` stays there. */
  zoomAt(screen: Point, by: number): void {
    const point = this.toImage(screen);
    const factor = clamp(this.factor * by, ZOOM.least, ZOOM.most);
    this.place({ x: screen.x - point.x * factor, y: screen.y - point.y * factor }, factor);
  }
  zoomBy(by: number): void {
    this.zoomAt(this.centre(), by);
  }
  panBy({ x, y }: Point): void {
    this.place({ x: this.at.x + x, y: this.at.y + y }, this.factor);
  }
  /** The least pan that brings a box of the image into the window, for objects that are walked through by keys. */
  reveal({ x, y, width, height }: Box): void {
    const seen = this.visible();
    const isSeen = x >= seen.x && y >= seen.y && x + width <= seen.x + seen.width && y + height <= seen.y + seen.height;
    if (!isSeen) this.lookAt({ x: x + width / 2, y: y + height / 2 }, this.factor);
  }

  centre(): Point {
    return { x: this.window.width / 2, y: this.window.height / 2 };
  }

  private lookAt(point: Point, factor: number): void {
    const { x, y } = this.centre();
    this.place({ x: x - point.x * factor, y: y - point.y * factor }, factor);
  }
  private place({ x, y }: Point, factor: number): void {
    this.factor = factor;
    this.at = { x: kept(x, this.image.width * factor, this.window.width), y: kept(y, this.image.height * factor, this.window.height) };
    this.fitted = false;
    for (const listener of this.listeners) listener();
  }
}

/** The start of something `length` long, so that some of it stays in a window. */
function kept(start: number, length: number, window: number): number {
  const inside = Math.min(KEPT, length);
  return clamp(start, inside - length, Math.max(inside - length, window - inside));
}
