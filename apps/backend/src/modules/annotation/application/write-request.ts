import type { ClassTable } from '@app/dice-format';
import type { DocumentEdit } from '../domain/annotation-document.js';
import type { StoredLabels } from './ports/annotation-store.port.js';

/** One write of one image's labels. */
export interface WriteRequest {
  readonly number: number;
  readonly actor: string;
  readonly reason?: string;
  /** `requestHash` tells a repeat from another request under the same key. */
  readonly repeat?: { readonly key: string; readonly requestHash: string };
  readonly correlationId?: string;
  /** Makes the next revision of what there is now. Throws what the client is told; may be asked again when something changed meanwhile. */
  decide(current: StoredLabels, classes: ClassTable): DocumentEdit;
}

export interface WriteOutcome {
  readonly labels: StoredLabels;
  readonly classes: ClassTable;
  /** The write was done before, under the same key, and made this revision. Null: it was done now. */
  readonly repeatOf: number | null;
}
