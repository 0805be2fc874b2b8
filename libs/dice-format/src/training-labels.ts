import { DomainError } from '@app/kernel';
import { FindingCollector } from './finding-collector.js';
import type { Split } from './image-labels.js';
import type { JsonObject } from './json-access.js';
import { LabelReader } from './label-reader.js';
import { readSplitConfig, type SplitConfig } from './split/split-config.js';
import type { StreamTopLevelLimits } from './stream-top-level.js';
import type { TaskType } from './task-type.js';

/** The labels that training needs, by normalised file name (`images/...`). `maskFile` is the path of a semantic mask from the dataset root. */
export interface TrainingLabels {
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  /** Null: the file has none that is known. */
  readonly splitConfig: SplitConfig | null;
  /** `keypoints`: names of the points of the class's skeleton, in their order; empty where it has none. */
  readonly classes: { id: number; name: string; keypoints: string[] }[];
  readonly images: Map<string, { id: number; split: Split | null; labeled: boolean; classIds: number[]; annotations: JsonObject[]; maskFile: string | null }>;
}

/** The path of an image from the dataset root: a bare name stands under `images/`. */
export function imagePath(fileName: string): string {
  return fileName.startsWith('images/') ? fileName : `images/${fileName}`;
}

/** Reads a label file for training; background markers never come through. @throws DomainError `validation-failed` when the labels are wrong. */
export async function readTrainingLabels(chunks: AsyncIterable<Uint8Array>, limits?: StreamTopLevelLimits): Promise<TrainingLabels> {
  const findings = new FindingCollector();
  const images: TrainingLabels['images'] = new Map();
  const reader = new LabelReader(findings, {
    hasMasks: false,
    limits,
    onImage: ({ id, fileName, split, status, annotations, classIds, maskFile }) => {
      images.set(imagePath(fileName), { id, split, labeled: status !== 'unlabeled', classIds: [...classIds], annotations: [...annotations], maskFile: maskFile?.normalize('NFC') ?? null });
    },
  });
  await reader.read(chunks);
  if (findings.errorsTotal > 0 || reader.taskType === undefined) {
    throw new DomainError('validation-failed', `The label file has ${findings.errorsTotal} errors.`, { findings: findings.errors });
  }
  const classes = [...reader.classes.byId.values()].map(({ id, name, details }) => ({ id, name, keypoints: textsOf(details['keypoints']) })).sort((a, b) => a.id - b.id);
  return { taskType: reader.taskType, multiLabel: reader.multiLabel, splitConfig: readSplitConfig(reader.head.get('split_config')), classes, images };
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);
