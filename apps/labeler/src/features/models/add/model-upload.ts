import { Problem } from '../../../api/problem.js';
import type { Model, ModelUploadRequest, OpenedModelUpload } from '../../../api/types.js';
import { isWorthAnotherTry, waitMilliseconds } from '../../uploads/images/upload-retries.js';
import type { PutTarget } from '../../uploads/images/upload-item.js';

/** Where an upload is; `bytes` counts what the store has taken. */
export interface UploadStep {
  readonly step: 'reading' | 'announcing' | 'sending' | 'examining';
  readonly bytes: number;
}

/** What the upload needs of the world. */
export interface ModelUploadPorts {
  /** SHA-256 in hex. */
  readonly hash: (file: File, signal: AbortSignal) => Promise<string>;
  readonly begin: (request: ModelUploadRequest) => Promise<OpenedModelUpload>;
  /** Gives the store's status; 0: no answer. */
  readonly put: (file: File, target: PutTarget, options: { readonly signal: AbortSignal; readonly onProgress: (bytes: number) => void }) => Promise<number>;
  readonly complete: (uploadId: string) => Promise<Model>;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface ModelToSend {
  readonly file: File;
  readonly words: Omit<ModelUploadRequest, 'size_bytes' | 'sha256'>;
}

const MOST_TRIES = 5;

/**
 * One model straight into the store: announced, put there, and looked into by the server. What fails for a passing reason is tried again, later each time.
 * Throws `Problem`, with the server's findings where it refuses; and the signal's reason where it was given up.
 */
export async function sendModel({ file, words }: ModelToSend, ports: ModelUploadPorts, options: { readonly signal: AbortSignal; readonly onStep: (step: UploadStep) => void }): Promise<Model> {
  const { signal, onStep } = options;
  const again = <T>(ask: () => Promise<T>): Promise<T> => repeated(ask, ports, signal);
  onStep({ step: 'reading', bytes: 0 });
  const sha256 = await ports.hash(file, signal);
  signal.throwIfAborted();
  onStep({ step: 'announcing', bytes: 0 });
  const { id, put } = await again(() => ports.begin({ ...words, size_bytes: file.size, sha256 }));
  await again(async () => {
    onStep({ step: 'sending', bytes: 0 });
    const status = await ports.put(file, put, { signal, onProgress: (bytes) => onStep({ step: 'sending', bytes: Math.min(bytes, file.size) }) });
    signal.throwIfAborted();
    if (status < 200 || status > 299) throw storeProblem(status);
  });
  onStep({ step: 'examining', bytes: file.size });
  return again(() => ports.complete(id));
}

/** Whatever the store says, it is the store that says it: its own page is for machines. */
const storeProblem = (status: number): Problem => (status === 0 ? Problem.network() : new Problem({ status, code: 'unavailable', detail: `The store answered HTTP ${status}.` }));

async function repeated<T>(ask: () => Promise<T>, ports: Pick<ModelUploadPorts, 'wait'>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || tries >= MOST_TRIES || !isWorthAnotherTry(error)) throw error;
      await ports.wait(waitMilliseconds(tries), signal);
      signal.throwIfAborted();
    }
  }
}
