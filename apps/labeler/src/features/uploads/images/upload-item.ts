import type { ImageType, LocalRefusal } from './local-checks.js';

export type ItemPhase = 'waiting' | 'checked' | 'ready' | 'sending' | 'sent' | 'stored' | 'duplicate' | 'refused' | 'failed';

export interface PutTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One image on its way into a dataset. */
export interface UploadItem {
  /** Its path under what was picked: known again after a reload. */
  readonly path: string;
  readonly size: number;
  readonly modified: number;
  readonly phase: ItemPhase;
  readonly sentBytes: number;
  readonly tries: number;
  readonly sha256: string | null;
  readonly type: ImageType | null;
  /** The server's id of this upload. */
  readonly uploadId: string | null;
  readonly put: PutTarget | null;
  /** Why it is not in: this page's own reason, or the server's. */
  readonly refusal: LocalRefusal | 'lost' | null;
  readonly reason: string | null;
}

export interface PickedFile {
  readonly path: string;
  readonly file: File;
}

export const newItem = ({ path, file }: PickedFile): UploadItem => ({ path, size: file.size, modified: file.lastModified, phase: 'waiting', sentBytes: 0, tries: 0, sha256: null, type: null, uploadId: null, put: null, refusal: null, reason: null });

export const isEnded = (phase: ItemPhase): boolean => phase === 'stored' || phase === 'duplicate' || phase === 'refused' || phase === 'failed';

export interface UploadTotals {
  readonly files: number;
  readonly ended: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly failed: number;
  readonly bytes: number;
  readonly sentBytes: number;
}

/** Bytes of what is over count as sent, so that the bar reaches its end. */
export function totalsOf(items: readonly UploadItem[]): UploadTotals {
  const totals = { files: items.length, ended: 0, stored: 0, duplicate: 0, failed: 0, bytes: 0, sentBytes: 0 };
  for (const { phase, size, sentBytes } of items) {
    const over = isEnded(phase);
    totals.bytes += size;
    totals.sentBytes += over ? size : sentBytes;
    totals.ended += over ? 1 : 0;
    totals.stored += phase === 'stored' ? 1 : 0;
    totals.duplicate += phase === 'duplicate' ? 1 : 0;
    totals.failed += phase === 'refused' || phase === 'failed' ? 1 : 0;
  }
  return totals;
}
