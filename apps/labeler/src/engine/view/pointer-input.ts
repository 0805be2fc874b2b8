import type { Point } from '../model/geometry.js';

/** What the page hands in for a pointer event: CSS pixels from the canvas's top left corner. */
export interface PointerInput {
  readonly screen: Point;
  readonly pointerId: number;
  readonly type: 'mouse' | 'pen' | 'touch';
  /** The one that was pressed or released: 0 left or touch, 1 middle, 2 right. */
  readonly button: number;
  readonly shift: boolean;
  readonly alt: boolean;
  /** Ctrl, or Command on a Mac. */
  readonly mod: boolean;
  /** 0 to 1; 0.5 where the device does not tell. */
  readonly pressure: number;
  /** Places since the last event, oldest first: a brush goes through all of them. */
  readonly coalesced: readonly Point[];
}

export interface WheelInput {
  readonly screen: Point;
  readonly deltaX: number;
  readonly deltaY: number;
  readonly shift: boolean;
  /** Also how a browser tells of a pinch on a touchpad. */
  readonly mod: boolean;
}

/** Screen pixels that a pressed pointer may stray and still have clicked. */
export const CLICK_REACH = 3;
