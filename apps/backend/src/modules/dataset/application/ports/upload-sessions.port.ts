import type { Finding } from '@app/kernel';

export const UPLOAD_STATES = ['open', 'receiving', 'validating', 'registering', 'checking', 'completed', 'refused'] as const;
export type UploadState = (typeof UPLOAD_STATES)[number];

export interface UploadView {
  readonly id: string;
  readonly userId: string;
  readonly state: UploadState;
  readonly receivedBytes: number;
  readonly totalBytes: number | null;
  readonly checkedEntries: number;
  readonly totalEntries: number | null;
  readonly datasetId: string | null;
  readonly code: string | null;
  readonly findings: readonly Finding[] | null;
  readonly startedAt: Date;
  readonly updatedAt: Date;
}

/** What is known of an upload while it runs, for its uploader and for the sweeper. */
export abstract class UploadSessions {
  /** False when an upload of this id was begun before. */
  abstract begin(upload: { readonly id: string; readonly userId: string; readonly totalBytes: number | null }): Promise<boolean>;
  abstract find(id: string): Promise<UploadView | null>;
  /** False when the upload is not live any more: it ended, or was taken for abandoned. */
  abstract update(id: string, change: Partial<Pick<UploadView, 'state' | 'receivedBytes' | 'checkedEntries' | 'totalEntries' | 'datasetId' | 'code' | 'findings'>>): Promise<boolean>;
  /** Live uploads not heard of since; their process is gone. */
  abstract abandoned(olderThanSeconds: number): Promise<readonly { readonly id: string; readonly datasetId: string | null; readonly isDirect: boolean }[]>;
  abstract forgetFinished(olderThanDays: number): Promise<void>;
}
