import type { TaskType } from '@app/contracts';
import type { Finding } from '@app/kernel';
import type { DatasetRole } from '../../../../platform/auth/access-policy.js';
import type { DatasetStatus, DatasetUpload, SplitCounts, Visibility } from '../../domain/dataset.aggregate.js';

export interface DatasetClassView {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly count: number;
}

export interface DatasetView {
  readonly id: string;
  readonly name: string;
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  readonly visibility: Visibility;
  readonly status: DatasetStatus;
  /** The zip that it came as; null for one that began empty. */
  readonly upload: DatasetUpload | null;
  readonly numImages: number;
  readonly numClasses: number;
  readonly numLabeled: number;
  readonly classes: readonly DatasetClassView[];
  readonly splits: SplitCounts;
  readonly splitConfig: unknown;
  readonly contentHash: string;
  /** Of the images that belong to it now, bytes. */
  readonly imageBytes: number;
  /** Position in the dataset's sequence of changes. */
  readonly changeSeq: number;
  readonly classesRevision: number;
  /** False while the labels of an uploaded zip are still being read into rows. */
  readonly labelsLoaded: boolean;
  readonly warnings: readonly Finding[];
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
  /** The reader's own role. */
  readonly role: DatasetRole | null;
}

export const DATASET_SORTS = ['newest', 'oldest', 'name'] as const;
export type DatasetSort = (typeof DATASET_SORTS)[number];

export interface DatasetListFilter {
  readonly userId: string;
  /** Administrators see every dataset. */
  readonly everything: boolean;
  readonly search?: string;
  readonly taskType?: TaskType;
  readonly trashed: boolean;
  readonly sort: DatasetSort;
  readonly limit: number;
  /** Sort key and id of the last row of the page before. */
  readonly after?: { readonly key: string; readonly id: string };
}

export interface LabeledCounts {
  readonly train: number;
  readonly val: number;
  readonly unassigned: number;
}

/** The little that every request to a dataset must know. */
export interface DatasetFacts {
  readonly id: string;
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  readonly visibility: Visibility;
  readonly classesRevision: number;
  readonly labelsLoaded: boolean;
  /** The reader's own role. */
  readonly role: DatasetRole | null;
}

export abstract class DatasetReadModel {
  /** One answer a question, in their order; null where the dataset is absent or in the trash. One statement for all. */
  abstract facts(questions: readonly { readonly datasetId: string; readonly userId: string }[]): Promise<readonly (DatasetFacts | null)[]>;
  /** With the role of this user in it. Trashed ones too. */
  abstract find(id: string, userId: string): Promise<DatasetView | null>;
  abstract list(filter: DatasetListFilter): Promise<readonly DatasetView[]>;
  /** Ids of the datasets that this user may see and that are not in the trash. */
  abstract visibleIds(userId: string): Promise<readonly string[]>;
  /** Of images that can be trained: broken ones are left out. */
  abstract labeledCounts(id: string): Promise<LabeledCounts>;
  abstract findings(id: string, page: { readonly after: number; readonly limit: number }): Promise<readonly (Finding & { readonly position: number })[]>;
  abstract images(id: string): AsyncIterable<DatasetImageView>;
  /** Images that have one of these names, in any case of letters. */
  abstract namedImages(id: string, fileNames: readonly string[]): Promise<readonly NamedImageView[]>;
}

/** What must be known of an image to give it labels by its name. */
export interface NamedImageView {
  readonly number: number;
  readonly fileName: string;
  readonly width: number;
  readonly height: number;
  /** EXIF, 1 to 8; the sizes are of the upright image. */
  readonly orientation: number;
}

export interface DatasetImageView {
  readonly number: number;
  readonly fileName: string;
  readonly split: 'train' | 'val' | 'test' | null;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly sha256: string;
  readonly status: string;
  /** `broken`: cannot be decoded or is not what was uploaded; stays out of training and of versions that are put together anew. */
  readonly state: 'ready' | 'broken';
  readonly classIds: readonly number[];
}
