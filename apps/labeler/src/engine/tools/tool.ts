import type { Box, Keypoint, Point, Size } from '../model/geometry.js';
import type { Change } from '../model/change.js';
import type { StepLabel } from '../model/history.js';
import type { Geometry, LabelObject } from '../model/label-object.js';

/** A pointer event in image pixels. Points may lie outside the image: a corner is drawn there and cut. */
export interface ToolInput {
  readonly point: Point;
  readonly shift: boolean;
  readonly alt: boolean;
  readonly mod: boolean;
  readonly pressure: number;
  /** All places since the last event, `point` last. */
  readonly path: readonly Point[];
}

/** What is being drawn and is no object yet. */
export type Draft =
  | { readonly kind: 'box'; readonly box: Box }
  | { readonly kind: 'marquee'; readonly box: Box }
  | { readonly kind: 'polygon'; readonly points: readonly Point[]; readonly pointer: Point | null; readonly closing: boolean }
  | { readonly kind: 'keypoints'; readonly points: readonly Keypoint[]; readonly next: string | null }
  /** Where the brush stands, and how large it is. */
  | { readonly kind: 'brush'; readonly at: Point; readonly diameter: number };

export type Cursor = 'default' | 'crosshair' | 'move' | 'pointer' | 'ew-resize' | 'ns-resize' | 'nwse-resize' | 'nesw-resize' | 'grabbing' | 'none';

export interface ClassInfo {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly keypoints: readonly string[] | null;
  readonly skeleton: readonly (readonly number[])[] | null;
}

/** What a tool may ask of the editor, and nothing else. */
export interface ToolHost {
  readonly image: Size;
  /** Null: none is chosen, and nothing can be drawn. */
  readonly activeClass: ClassInfo | null;
  readonly selected: readonly LabelObject[];
  /** Screen pixels as a length in the image. */
  reach(screenPixels: number): number;
  /** Objects under a point that are neither hidden nor locked, the smallest first. */
  hits(point: Point): readonly LabelObject[];
  within(box: Box): readonly LabelObject[];
  /** Neither hidden nor locked: the pointer may change it. */
  isFree(id: string): boolean;
  select(ids: readonly string[]): void;
  hover(id: string | null): void;
  /** Shows objects other than they are while a gesture lasts; an empty list ends it. */
  preview(objects: readonly LabelObject[]): void;
  /** One step of the history. */
  commit(label: StepLabel, changes: readonly Change[]): void;
  /** A new object of the active class, selected; null where no class is chosen, which the page is told. */
  create(geometry: Geometry): LabelObject | null;
  needClass(): void;
}

/** One state of one tool. A handler returns the state that follows, often itself; nothing is kept elsewhere. */
export abstract class ToolState {
  /** As in docs/labeler-states.md, such as `box.dragging`. */
  abstract readonly name: string;
  readonly cursor: Cursor = 'default';
  readonly draft: Draft | null = null;

  constructor(protected readonly host: ToolHost) {}

  down(_input: ToolInput): ToolState {
    return this;
  }
  move(_input: ToolInput): ToolState {
    return this;
  }
  up(_input: ToolInput): ToolState {
    return this;
  }
  doubleClick(_input: ToolInput): ToolState {
    return this;
  }
  /** Enter. */
  finish(): ToolState {
    return this;
  }
  /** Escape, or another tool. */
  cancel(): ToolState {
    return this;
  }
  /** The press was not for the tool: a second finger came, or the system took the pointer away. */
  interrupt(): ToolState {
    return this.cancel();
  }
  /** Backspace or the right button, while something is drawn. */
  stepBack(): ToolState {
    return this;
  }
  /** Whether nothing is under way: keys mean the selection, and Alt borrows the select tool. */
  get isIdle(): boolean {
    return false;
  }
}
