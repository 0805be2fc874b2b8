import type { ClassTable } from '@app/dice-format';
import type { DocumentEdit } from '../domain/annotation-document.js';
import type { DatasetResource } from '../../../platform/auth/access-policy.js';
import type { LabeledDataset, StoredLabels } from './ports/annotation-store.port.js';

/** The dataset of a write as it is now, with the role of who writes. */
export type WriteTarget = LabeledDataset & DatasetResource;

/** One write of one image's labels. */
export interface WriteRequest {
  readonly number: number;
  readonly actor: string;
  readonly reason?: string;
  /** `requestHash` tells a repeat from another request under the same key. */
  readonly repeat?: { readonly key: string; readonly requestHash: string };
  readonly correlationId?: string;
  /** Of the span in which it was asked for. */
  readonly traceparent?: string;
  /**
   * Asked before anything else is told, of what the same statement read that reads the labels: a role that was taken away before it does not count. Throws
   * where they may not. Left out where who submits has checked.
   */
  permit?(target: WriteTarget): void;
  /** Makes the next revision of what there is now. Throws what the client is told; may be asked again when something changed meanwhile. */
  decide(current: StoredLabels, classes: ClassTable, target: WriteTarget): DocumentEdit;
}

export interface WriteOutcome {
  readonly labels: StoredLabels;
  readonly classes: ClassTable;
  readonly target: WriteTarget;
  /** The write was done before, under the same key, and made this revision. Null: it was done now. */
  readonly repeatOf: number | null;
}
