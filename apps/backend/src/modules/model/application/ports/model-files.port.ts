import type { ModelObject } from '../../domain/model.js';

export interface SignedUrl {
  readonly url: string;
  readonly expiresAt: Date;
}

/** Files of models and of their runs in the store. */
export abstract class ModelFiles {
  abstract uploadKey(modelId: string): string;
  abstract presignPut(object: ModelObject): SignedUrl & { readonly headers: Readonly<Record<string, string>> };
  abstract presignGet(key: string, downloadName: string): SignedUrl;
  /** Null: nothing lies there. */
  abstract sizeOf(key: string): Promise<number | null>;
  /** What the file says of itself; null: it is no ONNX, or says nothing. */
  abstract metadata(object: ModelObject): Promise<Readonly<Record<string, string>> | null>;
  abstract remove(keys: readonly string[]): Promise<void>;
  /** Writes lines of JSON; answers the object. */
  abstract writeLines(key: string, lines: AsyncIterable<unknown>, signal: AbortSignal): Promise<ModelObject>;
  abstract imagesKey(runId: string): string;
  /** Lines of JSON, each as text, of 16 MB at most. Throws `validation-failed` for a longer one. */
  abstract readLines(object: ModelObject, signal: AbortSignal): AsyncIterable<string>;
  /** Puts bytes aside for a worker; `discard` removes them. */
  abstract stage(bytes: Uint8Array): Promise<ModelObject>;
}
