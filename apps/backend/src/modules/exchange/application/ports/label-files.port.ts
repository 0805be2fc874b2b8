import type { SourceTree } from '@app/dataset-formats';

/** Label files that a client sent, to be read more than once. */
export interface ReceivedFiles {
  readonly source: SourceTree;
  /** Nothing of them is left behind. May be called more than once. */
  discard(): Promise<void>;
}

export abstract class LabelFiles {
  /** One label file, or a zip of some. Throws `too-large`, `unsafe-archive` and what `body` throws; then nothing is left behind. */
  abstract receive(file: { readonly name: string; readonly body: AsyncIterable<Uint8Array> }, signal: AbortSignal): Promise<ReceivedFiles>;
}
