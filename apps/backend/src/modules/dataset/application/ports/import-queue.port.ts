import type { ImportKind } from '@app/contracts';

/** Something that lies in the bucket and is to be taken into a dataset in the background. */
export interface ImportJob {
  readonly id: string;
  readonly datasetId: string;
  readonly kind: ImportKind;
  readonly requestedBy: string;
  /** What it needs to know, such as a prefix. */
  readonly detail: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  /** How far an earlier attempt came. */
  readonly done: number;
  readonly refused: number;
}

export interface ImportProgress {
  readonly done: number;
  readonly total: number | null;
  readonly refused: number;
}

/** With what a later attempt must know to go on. */
export interface ImportStep extends ImportProgress {
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface ImportView extends ImportProgress {
  readonly id: string;
  readonly kind: ImportKind;
  readonly state: 'waiting' | 'running' | 'completed' | 'failed';
  readonly code: string | null;
  readonly message: string | null;
  /** When the latest attempt began; null before the first. */
  readonly startedAt: Date | null;
  /** How many were done when it began. */
  readonly startedDone: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Background imports by lease: any replica takes one; one whose process is gone is taken again when its lease is over. */
export abstract class ImportQueue {
  /** In the caller's unit of work. */
  abstract add(job: { readonly datasetId: string; readonly kind: ImportKind; readonly requestedBy: string; readonly detail: Readonly<Record<string, unknown>>; readonly total: number | null }): Promise<string>;
  /** The oldest that waits or has lost its lease, now leased for `IMPORT_LEASE_SECONDS`. Datasets in the trash wait. */
  abstract claim(kind: ImportKind): Promise<ImportJob | null>;
  /** Notes how far it is, extends the lease and tells it to the world; in the caller's unit of work, if there is one. False: the lease was lost, stop. */
  abstract progress(job: ImportJob, progress: ImportStep): Promise<boolean>;
  /** In the caller's unit of work, with its event. False: the lease was lost. */
  abstract complete(job: ImportJob, progress: ImportProgress): Promise<boolean>;
  /** In the caller's unit of work, with its event. */
  abstract fail(job: ImportJob, reason: { readonly code: string; readonly detail: string }): Promise<void>;
  /** Back into the queue, for a cause that passes by itself; taken again after `afterSeconds`. */
  abstract putBack(job: ImportJob, afterSeconds: number): Promise<void>;
  /** Newest first. */
  abstract list(datasetId: string): Promise<readonly ImportView[]>;
}

export const IMPORT_LEASE_SECONDS = 60;
