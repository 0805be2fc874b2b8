import type { Finding } from '@app/kernel';
import type { StagedZip, ZipObject } from './upload-storage.port.js';

/** A DICE zip in the staging area, made of one in another form. */
export interface ConvertedPackage {
  readonly zip: StagedZip;
  /** What could not be taken over. */
  readonly warnings: readonly Finding[];
}

/** Makes a DICE zip of a staged zip in another form. */
export abstract class PackageConverter {
  /**
   * `format`: of FORMAT_NAMES, or `auto`. The result is staged under `uploadId`; nothing of it stays behind on an error. Throws `validation-failed`,
   * `malformed-json`, `unsafe-archive` or `too-large`, with all findings.
   */
  abstract convert(zip: ZipObject, options: { readonly uploadId: string; readonly format: string; readonly name: string; readonly signal: AbortSignal }): Promise<ConvertedPackage>;
}
