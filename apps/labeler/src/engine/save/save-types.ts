import type { JsonObject } from '../model/label-object.js';
import type { LabelCodec } from './label-codec.js';
import type { LabelEdit, LabelState } from './label-state.js';
import type { MergeConflict } from './merge.js';

export interface PatchRequest {
  readonly imageId: number;
  readonly revision: number;
  readonly key: string;
  readonly body: JsonObject;
  /** The page is being left: the request has to outlive it. */
  readonly keepalive: boolean;
}

/** A PATCH as it was sent: sent again, it is the same, so that the server knows it by its key. */
export interface Attempt {
  readonly key: string;
  readonly revision: number;
  readonly body: JsonObject;
  /** What was wanted when it was sent. */
  readonly edit: LabelEdit;
}

/** What became of a PATCH. */
export type PatchAnswer =
  | { readonly kind: 'saved'; readonly document: JsonObject }
  /** Somebody was faster: 412 with the labels as they are. */
  | { readonly kind: 'stale'; readonly current: JsonObject }
  /** It will be refused again: 400, 403, 404, 409, 422. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly detail: string }
  /** No network, 429, 503 or any other that may pass. */
  | { readonly kind: 'unreachable'; readonly retryAfterSeconds: number | null }
  /** The session ended: somebody has to log in. */
  | { readonly kind: 'logged-out' };

export type SendPatch = (request: PatchRequest) => Promise<PatchAnswer>;

export type SaveState = 'saved' | 'dirty' | 'saving' | 'offline' | 'logged-out' | 'conflict' | 'rejected';
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}
export interface SaveStatus {
  readonly state: SaveState;
  readonly conflicts: readonly MergeConflict[];
  readonly refusal: Refusal | null;
  readonly revision: number;
}

export interface SaverOptions {
  readonly send: SendPatch;
  readonly codec: LabelCodec;
  readonly newKey: () => string;
  /** Keeps what is not saved on the device; resolves when it is there. Null: nothing is left to keep. */
  readonly keep: (record: KeptEdit | null) => Promise<void>;
  /** Other labels than the screen's: a merge, or the server's form of what was sent. */
  readonly onLabels: (labels: LabelEdit) => void;
  readonly onStatus: (status: SaveStatus) => void;
  readonly timing?: Partial<Timing>;
  readonly random?: () => number;
}
export interface KeptEdit {
  readonly base: LabelState;
  readonly edit: LabelEdit;
  readonly attempt: Attempt | null;
  readonly conflicts: readonly MergeConflict[];
}
export interface Timing {
  /** After the last change. */
  readonly quietMilliseconds: number;
  /** After the first one that is not saved, however busy the hand is. */
  readonly mostMilliseconds: number;
  readonly firstRetryMilliseconds: number;
  readonly longestRetryMilliseconds: number;
}
export const TIMING: Timing = { quietMilliseconds: 800, mostMilliseconds: 5_000, firstRetryMilliseconds: 1_000, longestRetryMilliseconds: 30_000 };
