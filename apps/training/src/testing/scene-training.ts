import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskType } from '@app/contracts';
import { writeSamples } from '../engine/samples/sample-file.js';
import type { LabeledObject, Sample } from '../engine/samples/sample.js';
import type { TrainingSpec } from '../engine/training-engine.js';
import { FORMS, type Scene } from './shape-scenes.js';

export interface SceneTraining {
  readonly folder: string;
  readonly taskType: TaskType;
  readonly model: string;
  readonly side: number;
  readonly counts: { readonly train: number; readonly val: number };
  readonly hyperparameters?: Readonly<Record<string, unknown>>;
  /** Ids are not indices: they begin at 3 and leave one out each. */
  readonly classNames?: readonly string[];
  /** Of every class. */
  readonly keypointNames?: readonly string[];
  readonly scene: (number: number) => Scene;
}

/** What a training of generated scenes reads, without a snapshot: cache of images, label maps, samples. */
export async function sceneTraining(training: SceneTraining): Promise<TrainingSpec> {
  const { folder, side, counts } = training;
  const classes = (training.classNames ?? FORMS).map((name, index) => ({ id: classId(index), name, keypoints: training.keypointNames ?? [] }));
  const files = { cacheFile: join(folder, 'images.cache'), labelMapsFile: join(folder, 'labels.cache'), samplesFile: join(folder, 'samples.ndjson') };
  const scenes = Array.from({ length: counts.train + counts.val }, (_, number) => training.scene(number));
  await writeFile(files.cacheFile, Buffer.concat(scenes.map((scene) => scene.pixels)));
  await writeFile(files.labelMapsFile, Buffer.concat(scenes.map(({ labelMap }) => labelMap.map((value) => (value === 0 ? 0 : classId(value - 1) + 1)))));
  await writeSamples(files.samplesFile, scenes.map((scene, index) => sampleOf(scene, index, training)));
  return {
    taskType: training.taskType,
    multiLabel: false,
    classes,
    model: training.model,
    hyperparameters: training.hyperparameters ?? {},
    imageSide: side,
    ...files,
    initFile: null,
    snapshotSha256: 'ab'.repeat(32),
  };
}

const classId = (index: number): number => 3 + 2 * index;

function sampleOf(scene: Scene, index: number, { counts, side, taskType }: SceneTraining): Sample {
  const isMasked = taskType === 'semantic_segmentation';
  return {
    side: index < counts.train ? 'train' : 'val',
    cacheIndex: index,
    imageId: index + 1,
    width: side,
    height: side,
    classIndices: [...new Set(scene.figures.map((one) => one.classIndex))],
    objects: isMasked ? [] : scene.figures.map((figure): LabeledObject => ({ classIndex: figure.classIndex, bbox: boxOf(figure.ring, side), isCrowd: false, polygons: [[...figure.ring]], ...(figure.keypoints === undefined ? {} : { keypoints: [...figure.keypoints] }) })),
    maskIndex: isMasked ? index : null,
  };
}

function boxOf(ring: readonly number[], side: number): [number, number, number, number] {
  const cut = (value: number): number => Math.min(side, Math.max(0, value));
  const xs = ring.filter((_, at) => at % 2 === 0).map(cut);
  const ys = ring.filter((_, at) => at % 2 === 1).map(cut);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}
