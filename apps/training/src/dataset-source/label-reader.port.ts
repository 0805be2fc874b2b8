import type { TaskType } from '@app/contracts';
import type { Side } from './split-rule.js';

export interface LabeledImage {
  readonly id: number;
  /** POSIX path from the dataset's root. */
  readonly fileName: string;
  readonly split: Side | null;
  /** Class ids of the file, not indices. Empty: looked at, shows none of them. */
  readonly classIds: readonly number[];
}

export interface TrainingLabels {
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  /** In the order of the file; ids may have gaps. */
  readonly classes: readonly { readonly id: number; readonly name: string }[];
  /** Labeled images only. */
  readonly images: readonly LabeledImage[];
}

/** Reads annotations.json. */
export abstract class LabelReader {
  /** Throws a DomainError for a file that cannot be used. */
  abstract read(annotations: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<TrainingLabels>;
}
