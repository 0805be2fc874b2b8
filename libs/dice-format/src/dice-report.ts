import type { Finding } from '@app/kernel';
import type { DiceClass } from './dice-class.js';
import type { LabelStatus, Split } from './image-labels.js';
import type { TaskType } from './task-type.js';

export interface DiceReportImage {
  readonly number: number;
  /** From the dataset root: `images/...`. */
  readonly fileName: string;
  readonly width: number;
  readonly height: number;
  /** Of EXIF, 1 to 8; width and height are of the upright image. */
  readonly orientation: number;
  readonly depth: number;
  readonly format: 'jpeg' | 'png' | 'webp';
  readonly split: Split | null;
  readonly status: LabelStatus;
  readonly classIds: number[];
  readonly objectCount: number;
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly sha256: string;
}

export interface DiceReportDataset {
  readonly name: string;
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  readonly classes: (DiceClass & { readonly imageCount: number })[];
  readonly images: Iterable<DiceReportImage>;
  readonly numImages: number;
  readonly numLabeled: number;
  readonly splits: { train: number; val: number; test: number; unassigned: number };
  readonly splitConfig: Readonly<Record<string, unknown>> | null;
  readonly contentHash: string;
}

/** What the validation of a package found; `dataset` is null exactly when there are errors. `errorsTotal` counts beyond the cap. */
export interface DiceReport {
  readonly errors: Finding[];
  readonly errorsTotal: number;
  readonly warnings: Finding[];
  readonly dataset: DiceReportDataset | null;
}

/** What directory and labels of a package say by themselves; `dataset` is null exactly when there are errors. */
export interface DicePreview {
  readonly errors: Finding[];
  readonly errorsTotal: number;
  readonly dataset: { readonly name: string; readonly taskType: TaskType; readonly multiLabel: boolean; readonly classes: readonly DiceClass[]; readonly numImages: number } | null;
}
