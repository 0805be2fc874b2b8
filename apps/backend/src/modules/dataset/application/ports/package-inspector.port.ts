import type { TaskType } from '@app/contracts';
import type { Finding } from '@app/kernel';
import type { NewClass, NewImage } from '../../domain/dataset.repository.port.js';
import type { SplitCounts } from '../../domain/dataset.aggregate.js';
import type { StagedZip } from './upload-storage.port.js';

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

/** Reads a staged zip once, from its first byte to its last, and says what it holds or everything that is wrong with it. */
export abstract class PackageInspector {
  /** Throws `unsafe-archive`, `too-large`, `unsupported-image` or `validation-failed`, with all findings. */
  abstract inspect(staged: StagedZip, options: { readonly onProgress: InspectionProgress; readonly signal: AbortSignal }): Promise<InspectedPackage>;
}
