import { S3Error } from './s3-error.js';

/** No room: on the disk, in the quota, or by the limit on a file's size (`ulimit -f`). */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** An error of the disk as S3 clients can understand it; others stay as they are. */
export function diskError(error: unknown): unknown {
  return FULL.has(String((error as NodeJS.ErrnoException).code)) ? new S3Error('StorageFull', 'The disk of the object store is full.') : error;
}
