import { AggregateRoot, DomainError } from '@app/kernel';
import { DatasetCreated, DatasetTakenBack, DatasetTrashed, DatasetUploaded, type DatasetEvent } from './dataset.events.js';
import { datasetName } from './dataset-name.js';

export type Visibility = 'private' | 'public';

export interface DatasetUpload {
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface SplitCounts {
  readonly train: number;
  readonly val: number;
  readonly test: number;
  readonly unassigned: number;
}

/** `validating`: its zip lies in the bucket and is still being read; it can be seen, but not worked with. */
export type DatasetStatus = 'ready' | 'validating';

export interface DatasetState {
  readonly id: string;
  readonly taskType: string;
  readonly multiLabel: boolean;
  /** The zip that it came as; null for one that began empty. */
  upload: DatasetUpload | null;
  numImages: number;
  numClasses: number;
  numLabeled: number;
  splits: SplitCounts;
  splitConfig: unknown;
  contentHash: string;
  status: DatasetStatus;
  readonly createdBy: string;
  readonly createdAt: Date;
  name: string;
  visibility: Visibility;
  updatedAt: Date;
  deletedAt: Date | null;
  deletedBy: string | null;
  revision: number;
}

export type DatasetRegistration = Omit<DatasetState, 'status' | 'updatedAt' | 'deletedAt' | 'deletedBy' | 'revision'> & { readonly upload: DatasetUpload };
/** What is known of a zip before its images were read. */
export type DatasetReception = Pick<DatasetState, 'id' | 'name' | 'taskType' | 'multiLabel' | 'visibility' | 'numImages' | 'numClasses' | 'createdBy' | 'createdAt'> & { readonly upload: DatasetUpload };
export type DatasetAcceptance = Pick<DatasetState, 'numImages' | 'numClasses' | 'numLabeled' | 'splits' | 'splitConfig' | 'contentHash'> & { readonly upload: DatasetUpload };
export type DatasetCreation = Pick<DatasetState, 'id' | 'name' | 'taskType' | 'multiLabel' | 'visibility' | 'numClasses' | 'contentHash' | 'createdBy' | 'createdAt'>;

/** A set of images with labels for one task. */
export class Dataset extends AggregateRoot<DatasetEvent> {
  private constructor(private readonly data: DatasetState) {
    super();
  }

  /** A finished dataset that passed validation. */
  static register(registration: DatasetRegistration): Dataset {
    const name = datasetName(registration.name);
    const dataset = new Dataset({ ...registration, name, status: 'ready', updatedAt: registration.createdAt, deletedAt: null, deletedBy: null, revision: 0 });
    dataset.raise(new DatasetUploaded());
    return dataset;
  }

  /** A zip that lies in the bucket and is not validated yet. It is announced to nobody. */
  static receive(reception: DatasetReception): Dataset {
    const unknown = { numLabeled: 0, splits: { train: 0, val: 0, test: 0, unassigned: 0 }, splitConfig: null, contentHash: '' };
    const life = { updatedAt: reception.createdAt, deletedAt: null, deletedBy: null, revision: 1 };
    return new Dataset({ ...reception, name: datasetName(reception.name), status: 'validating', ...unknown, ...life });
  }

  /** Without an image; they follow one by one. */
  static create(creation: DatasetCreation): Dataset {
    const empty = { upload: null, numImages: 0, numLabeled: 0, splits: { train: 0, val: 0, test: 0, unassigned: 0 }, splitConfig: null };
    const life = { updatedAt: creation.createdAt, deletedAt: null, deletedBy: null, revision: 0 };
    const dataset = new Dataset({ ...creation, name: datasetName(creation.name), status: 'ready', ...empty, ...life });
    dataset.raise(new DatasetCreated());
    return dataset;
  }

  static restore(state: DatasetState): Dataset {
    return new Dataset({ ...state });
  }

  get state(): Readonly<DatasetState> {
    return this.data;
  }

  /** The zip holds what it promised. */
  accept(content: DatasetAcceptance, now: Date): void {
    if (this.data.status !== 'validating') throw new DomainError('state-conflict', 'The dataset is validated already.');
    Object.assign(this.data, content, { status: 'ready', updatedAt: now });
    this.raise(new DatasetUploaded());
  }

  rename(name: string, now: Date): void {
    this.data.name = datasetName(name);
    this.data.updatedAt = now;
  }

  show(visibility: Visibility, now: Date): void {
    this.data.visibility = visibility;
    this.data.updatedAt = now;
  }

  trash(by: string, now: Date): void {
    if (this.data.deletedAt !== null) return;
    this.data.deletedAt = now;
    this.data.deletedBy = by;
    this.raise(new DatasetTrashed(by));
  }

  takeBack(by: string, now: Date): void {
    if (this.data.deletedAt === null) throw new DomainError('state-conflict', 'The dataset is not in the trash.');
    this.data.deletedAt = null;
    this.data.deletedBy = null;
    this.data.updatedAt = now;
    this.raise(new DatasetTakenBack(by));
  }
}
