import type { StoredObject } from './stored-object.js';

export type JobKind = 'training' | 'evaluation' | 'prelabel';

/** A model's file with all that is needed to use it; the adapter is the contract's, handed on as it is. */
export interface OrderedModel {
  readonly id: string;
  readonly name: string;
  readonly object: StoredObject;
  readonly adapter: unknown;
}

/** What a job that uses a model is to do. */
export interface InferenceOrder {
  readonly model: OrderedModel;
  readonly minScore: number;
  /** NDJSON that names the images; null until it is written. */
  readonly images: (StoredObject & { readonly count: number }) | null;
}

/** The model whose weights a training begins with. */
export interface InitialModel extends StoredObject {
  readonly modelId: string;
}
