import { distance, type Point } from '../model/geometry.js';
import { CLICK_REACH, type PointerInput, type WheelInput } from './pointer-input.js';
import type { Viewport } from './viewport.js';

/** Of zoom a wheel pixel; a notch is about 100. */
const ZOOM_PER_PIXEL = 0.0018;

/** What a pointer event is for: moving the view, a click of the right button, or the tool. */
export type Purpose = 'view' | 'context-click' | 'tool';

/**
 * Zooming and panning, the same in every tool: the wheel zooms at the pointer, Shift and wheel goes sideways, the middle button, the right one or
 * Space and the left one pan, two fingers pinch. Once a pen was seen, a single finger pans, since the hand that holds the pen rests on the glass.
 */
export class Navigation {
  private readonly fingers = new Map<number, Point>();
  private dragged: { readonly pointerId: number; readonly button: number; readonly from: Point; last: Point; far: boolean } | null = null;
  private penSeen = false;
  spaceHeld = false;

  constructor(private readonly viewport: Viewport) {}

  wheel({ screen, deltaX, deltaY, shift, mod }: WheelInput): void {
    if (shift && !mod) this.viewport.panBy({ x: -(deltaX === 0 ? deltaY : deltaX), y: 0 });
    else this.viewport.zoomAt(screen, Math.exp(-deltaY * ZOOM_PER_PIXEL * (mod ? 3 : 1)));
  }

  down(input: PointerInput): Purpose {
    this.penSeen ||= input.type === 'pen';
    if (input.type === 'touch') this.fingers.set(input.pointerId, input.screen);
    if (this.fingers.size > 1) {
      this.dragged = null;
      return 'view';
    }
    if (!this.isPan(input)) return 'tool';
    this.dragged = { pointerId: input.pointerId, button: input.button, from: input.screen, last: input.screen, far: false };
    return 'view';
  }

  move(input: PointerInput): Purpose {
    if (this.fingers.has(input.pointerId) && this.fingers.size > 1) {
      this.pinch(input);
      return 'view';
    }
    if (this.fingers.has(input.pointerId)) this.fingers.set(input.pointerId, input.screen);
    if (this.dragged?.pointerId !== input.pointerId) return 'tool';
    this.dragged.far ||= distance(this.dragged.from, input.screen) > CLICK_REACH;
    if (this.dragged.far) this.viewport.panBy({ x: input.screen.x - this.dragged.last.x, y: input.screen.y - this.dragged.last.y });
    this.dragged.last = this.dragged.far ? input.screen : this.dragged.from;
    return 'view';
  }

  up(input: PointerInput): Purpose {
    const wasPinch = this.fingers.size > 1 && this.fingers.has(input.pointerId);
    this.fingers.delete(input.pointerId);
    if (wasPinch) return 'view';
    const { dragged } = this;
    if (dragged?.pointerId !== input.pointerId) return 'tool';
    this.dragged = null;
    return dragged.button === 2 && !dragged.far ? 'context-click' : 'view';
  }

  /** The pointer was taken away by the system. */
  cancel(pointerId: number): void {
    this.fingers.delete(pointerId);
    if (this.dragged?.pointerId === pointerId) this.dragged = null;
  }

  private isPan({ button, type }: PointerInput): boolean {
    return button === 1 || button === 2 || (button === 0 && (this.spaceHeld || (type === 'touch' && this.penSeen)));
  }

  private pinch({ pointerId, screen }: PointerInput): void {
    const before = [...this.fingers.values()];
    this.fingers.set(pointerId, screen);
    const [[a, b], [c, d]] = [before, [...this.fingers.values()]];
    if (a === undefined || b === undefined || c === undefined || d === undefined) return;
    const [from, to] = [middle(a, b), middle(c, d)];
    this.viewport.panBy({ x: to.x - from.x, y: to.y - from.y });
    this.viewport.zoomAt(to, distance(c, d) / Math.max(1, distance(a, b)));
  }
}

const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
