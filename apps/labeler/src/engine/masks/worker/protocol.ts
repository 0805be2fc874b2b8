import type { Ring, Size } from '../../model/geometry.js';
import type { Sweep } from '../kernels/brush.js';
import type { Palette } from '../kernels/colours.js';
import type { FloodReach } from '../kernels/flood.js';
import type { Direction, MaskPatch } from '../kernels/patch.js';
import type { MaskLayer } from '../mask-values.js';

/** What a page asks of the mask's thread. It is done in this order, one after the other. */
export type MaskRequest =
  /** `opening` counts the images opened; what is told of an earlier one is old. */
  | { readonly kind: 'open'; readonly opening: number; readonly size: Size; readonly layers: readonly MaskLayer[]; readonly palette: Palette }
  | { readonly kind: 'palette'; readonly palette: Palette }
  | { readonly kind: 'begin'; readonly value: number }
  | { readonly kind: 'sweep'; readonly sweeps: readonly Sweep[] }
  | { readonly kind: 'flood'; readonly x: number; readonly y: number; readonly reach: FloodReach }
  | { readonly kind: 'rings'; readonly rings: readonly Ring[] }
  /** The pixels of a mask in COCO run lengths that nobody labeled. */
  | { readonly kind: 'unlabeled'; readonly counts: string }
  /** Ends a stroke; it is known by this number from now on. */
  | { readonly kind: 'end'; readonly stroke: number }
  | { readonly kind: 'abort' }
  /** `patch` is null while its answer is still on its way: the thread has it. */
  | { readonly kind: 'apply'; readonly stroke: number; readonly patch: MaskPatch | null; readonly direction: Direction }
  | { readonly kind: 'encode'; readonly ticket: number }
  /** What a merge gave; `base` is what it was given. What was painted since is painted over it. */
  | { readonly kind: 'replace'; readonly base: readonly MaskLayer[]; readonly theirs: readonly MaskLayer[] };

export interface TileColours {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Null: nothing is painted there. */
  readonly colours: Uint8ClampedArray<ArrayBuffer> | null;
}

export type MaskReply =
  | { readonly kind: 'tiles'; readonly opening: number; readonly tiles: readonly TileColours[] }
  | { readonly kind: 'stroke'; readonly stroke: number; readonly patch: MaskPatch | null }
  | { readonly kind: 'layers'; readonly ticket: number; readonly layers: readonly MaskLayer[] }
  | { readonly kind: 'failed'; readonly opening: number; readonly message: string };

/** The way to the thread and back, in order. */
export interface MaskPort {
  post(request: MaskRequest): void;
  onReply(listener: (reply: MaskReply) => void): void;
  close(): void;
}
