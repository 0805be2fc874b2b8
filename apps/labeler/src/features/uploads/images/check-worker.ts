import type { FileCheck } from './image-uploader.js';
import { imageTypeOf, MARK_BYTES, sizeRefusal } from './local-checks.js';
import { sha256Of } from './sha256.js';

/** Reads a file beside the page: its kind by its first bytes, and its hash. One at a time, so that memory holds one. */
async function checkFile(file: File): Promise<FileCheck> {
  const refusal = sizeRefusal(file.size);
  if (refusal !== null) return { refusal, sha256: null, type: null };
  const bytes = await file.arrayBuffer();
  const type = imageTypeOf(new Uint8Array(bytes, 0, Math.min(MARK_BYTES, bytes.byteLength)));
  return type === null ? { refusal: 'not-an-image', sha256: null, type: null } : { refusal: null, sha256: await sha256Of(bytes), type };
}

self.addEventListener('message', (event: MessageEvent<{ readonly id: number; readonly file: File }>) => {
  const { id, file } = event.data;
  checkFile(file).then(
    (check) => self.postMessage({ id, check }),
    // Moved, or not readable any more.
    () => self.postMessage({ id, check: null }),
  );
});
