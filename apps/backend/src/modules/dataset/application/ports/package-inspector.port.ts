import type { TaskType } from '@app/contracts';
import type { Finding } from '@app/kernel';
import type { NewClass, NewImage } from '../../domain/dataset.repository.port.js';
import type { SplitCounts } from '../../domain/dataset.aggregate.js';
import type { ZipObject } from './upload-storage.port.js';

export interface InspectedPackage {
  readonly name: string;
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  readonly classes: readonly NewClass[];
  readonly images: Iterable<NewImage>;
  readonly numImages: number;
  readonly numLabeled: number;
  readonly splits: SplitCounts;
  readonly splitConfig: unknown;
  readonly contentHash: string;
  readonly warnings: readonly Finding[];
}

export interface InspectionProgress {
  (checkedEntries: number, totalEntries: number): void;
}

/** What the directory and the labels of a zip say, before an image was read. */
export type PreviewedPackage = Pick<InspectedPackage, 'name' | 'taskType' | 'multiLabel' | 'classes' | 'numImages'>;

/** Reads a staged zip once, from its first byte to its last, and says what it holds or everything that is wrong with it. */
export abstract class PackageInspector {
  /** Directory and labels only, by ranged reads: a small part of the bytes. Throws as `inspect` does. */
  abstract preview(zip: ZipObject, signal: AbortSignal): Promise<PreviewedPackage>;
  /** Throws `unsafe-archive`, `too-large`, `unsupported-image` or `validation-failed`, with all findings. */
  abstract inspect(zip: ZipObject, options: { readonly onProgress: InspectionProgress; readonly signal: AbortSignal }): Promise<InspectedPackage>;
}
