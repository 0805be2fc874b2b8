import type { TaskType } from '@app/contracts';
import type { Split, SplitConfig } from '@app/dice-format';

export interface LabeledImage {
  readonly id: number;
  /** POSIX path from the dataset's root. */
  readonly datasetPath: string;
  /** The same as the archive spells it. */
  readonly fileName: string;
  readonly split: Split | null;
  /** Class ids of the file, not indices. Empty: looked at, shows none of them. */
  readonly classIds: readonly number[];
  /** As the label file says them, checked: boxes, shapes, points. */
  readonly annotations: readonly Readonly<Record<string, unknown>>[];
  /** Path of the semantic mask from the dataset's root, as the archive spells it; null: it has none. */
  readonly maskFile: string | null;
}

export interface TrainingLabels {
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  /** Null: the file has none that is known. */
  readonly splitConfig: SplitConfig | null;
  /** In the order of the file; ids may have gaps. */
  readonly classes: readonly { readonly id: number; readonly name: string; readonly keypoints: readonly string[] }[];
  /** Labeled images only. */
  readonly images: readonly LabeledImage[];
}

/** Reads annotations.json. */
export abstract class LabelReader {
  /** Throws a DomainError for a file that cannot be used. */
  abstract read(annotations: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<TrainingLabels>;
}
