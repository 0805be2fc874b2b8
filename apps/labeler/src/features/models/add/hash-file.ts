import { Problem } from '../../../api/problem.js';

/** SHA-256 of a file, in hex. Throws `Problem` where it cannot be read any more. */
export function hashFile(file: File, signal: AbortSignal): Promise<string> {
  const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<string>((resolve, reject) => {
    const lost = (): void => reject(new Problem({ status: 0, code: 'file-lost', detail: 'The file cannot be read any more.' }));
    worker.addEventListener('message', ({ data }: MessageEvent<string | null>) => (data === null ? lost() : resolve(data)));
    worker.addEventListener('error', lost);
    signal.addEventListener('abort', () => reject(signal.reason instanceof Error ? signal.reason : new Error('given up')));
    worker.postMessage(file);
  }).finally(() => worker.terminate());
}
