import type { FileCheck } from './image-uploader.js';

interface Answer {
  readonly id: number;
  readonly check: FileCheck | null;
}

/** Checks files in a worker, begun with the first one. */
class FileChecker {
  private worker: Worker | null = null;
  private next = 0;
  private readonly waiting = new Map<number, { readonly resolve: (check: FileCheck) => void; readonly reject: (error: Error) => void }>();

  /** Throws where the file cannot be read any more. */
  readonly check = (file: File): Promise<FileCheck> =>
    new Promise((resolve, reject) => {
      const id = this.next++;
      this.waiting.set(id, { resolve, reject });
      this.running().postMessage({ id, file });
    });

  private running(): Worker {
    if (this.worker !== null) return this.worker;
    const worker = new Worker(new URL('./check-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      const asked = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.check === null) asked?.reject(new Error('the file cannot be read'));
      else asked?.resolve(data.check);
    });
    // It could not be loaded, or died: nobody waits for ever, and the next file begins another one.
    worker.addEventListener('error', () => {
      this.worker = null;
      for (const { reject } of this.waiting.values()) reject(new Error('the checks could not be started'));
      this.waiting.clear();
    });
    this.worker = worker;
    return worker;
  }
}

export const fileChecker = new FileChecker();
