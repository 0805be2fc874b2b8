import type { Visibility } from '../../domain/dataset.aggregate.js';
import type { UploadView } from './upload-sessions.port.js';

/** A zip whose parts its uploader puts straight into the bucket. */
export interface DirectUpload extends UploadView {
  readonly multipartId: string;
  readonly sizeBytes: number;
  /** Of each part but the last. */
  readonly partBytes: number;
  readonly fileName: string | null;
  readonly name: string | null;
  readonly visibility: Visibility;
}

export type NewDirectUpload = Pick<DirectUpload, 'id' | 'userId' | 'multipartId' | 'sizeBytes' | 'partBytes' | 'fileName' | 'name' | 'visibility'>;

/** Direct uploads are upload sessions too: progress and refusal are noted there. */
export abstract class DirectUploadSessions {
  abstract open(upload: NewDirectUpload): Promise<void>;
  abstract find(id: string): Promise<DirectUpload | null>;
  /** Those of the user that are open. */
  abstract countOpen(userId: string): Promise<number>;
  /** From `open` to `validating`. False: another request has it, or it has ended. */
  abstract claim(id: string): Promise<boolean>;
  /** Back to `open`, for a cause that passes; not from `checking` on. */
  abstract reopen(id: string): Promise<void>;
  /** Forgets one that is open. False: it is not, any more. */
  abstract forget(id: string): Promise<boolean>;
  /** Open ones that were begun so long ago. */
  abstract openSince(olderThanHours: number): Promise<readonly { readonly id: string; readonly multipartId: string }[]>;
}
