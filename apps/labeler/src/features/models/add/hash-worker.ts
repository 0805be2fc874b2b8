import { sha256Of } from '../../uploads/images/sha256.js';

/** Hashes one file beside the page: half a gigabyte takes seconds. */
self.addEventListener('message', (event: MessageEvent<File>) => {
  event.data.arrayBuffer().then(sha256Of).then(
    (sha256) => self.postMessage(sha256),
    // Moved, or not readable any more.
    () => self.postMessage(null),
  );
});
