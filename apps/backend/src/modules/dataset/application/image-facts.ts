import { DomainError, type ErrorCode } from '@app/kernel';
import type { ImageFormat } from '../domain/image-name.js';

export const SPLITS = ['train', 'val', 'test'] as const;
export type ImageSplit = (typeof SPLITS)[number];
export const CONFLICT_RULES = ['keep_both', 'skip', 'replace'] as const;
/** What happens to other bytes of a name that is taken. */
export type ConflictRule = (typeof CONFLICT_RULES)[number];

/** An image whose bytes lie in the bucket and were looked at; sizes in pixels, of the upright image. */
export interface VerifiedImage {
  readonly originalName: string;
  /** `images/<name>`; another one is found where it is taken. */
  readonly fileName: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Null where the bytes did not pass through this process. */
  readonly crc32: number | null;
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** EXIF, 1 to 8. */
  readonly orientation: number;
  readonly objectKey: string;
  /** Taken beforehand, where the key was made of it; left out: given now. */
  readonly number?: number;
  readonly onConflict: ConflictRule;
  readonly split: ImageSplit | null;
}

/** What became of one file. `pending`: nothing yet, and it may be tried again. */
export interface FileResult {
  readonly status: 'stored' | 'duplicate' | 'replaced' | 'skipped' | 'refused' | 'pending';
  readonly originalName: string;
  /** The image that it became, equals or collides with. */
  readonly imageId?: number;
  readonly fileName?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly hint?: string;
}

export function refusedFile(originalName: string, error: DomainError): FileResult {
  const finding = error.findings[0];
  return refusal(originalName, { code: error.code, reason: finding?.message ?? error.detail, hint: finding?.hint });
}

export function refusal(originalName: string, why: { readonly code: ErrorCode; readonly reason: string; readonly hint?: string | undefined }): FileResult {
  return { status: 'refused', originalName, code: why.code, reason: why.reason, ...(why.hint === undefined ? {} : { hint: why.hint }) };
}
