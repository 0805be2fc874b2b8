import type { Model, ModelObject, ModelStage } from '../../domain/model.js';

export interface ModelFilter {
  readonly stage?: ModelStage | undefined;
  readonly limit: number;
  /** Page behind this model, newest first. */
  readonly after?: { readonly createdAt: Date; readonly id: string };
}

export interface ModelUpload {
  readonly id: string;
  readonly datasetId: string;
  readonly name: string;
  readonly notes: string;
  readonly adapter: Readonly<Record<string, unknown>>;
  readonly object: ModelObject;
  readonly createdBy: string;
}

export interface ModelChange {
  readonly name?: string | undefined;
  readonly notes?: string | undefined;
  readonly stage?: ModelStage | undefined;
}

/** Models and announced ones in the database; in the caller's unit of work where there is one. */
export abstract class ModelStore {
  /** One model a job: a repeat changes nothing. Nothing is made for a dataset that is gone. */
  abstract insert(model: Omit<Model, 'createdAt' | 'updatedAt'>): Promise<void>;
  abstract find(id: string): Promise<Model | null>;
  /** Locked until the transaction ends. */
  abstract findForUpdate(id: string): Promise<Model | null>;
  abstract list(datasetId: string, filter: ModelFilter): Promise<readonly Model[]>;
  abstract count(datasetId: string): Promise<number>;
  /** The model of production becomes a candidate; who changes stages of a dataset waits for each other. */
  abstract clearProduction(datasetId: string): Promise<void>;
  abstract change(id: string, change: ModelChange): Promise<void>;
  abstract describe(id: string, adapter: Readonly<Record<string, unknown>>): Promise<void>;
  abstract remove(id: string): Promise<void>;
  /** Ids of jobs that have not ended and use the model, or begin with it. */
  abstract usersOf(id: string): Promise<readonly string[]>;
  abstract putUpload(upload: ModelUpload): Promise<void>;
  abstract findUpload(id: string): Promise<ModelUpload | null>;
  abstract removeUpload(id: string): Promise<void>;
  /** Objects of models that were uploaded to the dataset, completed or not. */
  abstract uploadedObjects(datasetId: string): Promise<readonly ModelObject[]>;
  /** Announced before; oldest first. */
  abstract staleUploads(before: Date, limit: number): Promise<readonly ModelUpload[]>;
}
