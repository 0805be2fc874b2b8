import { createHash } from 'node:crypto';
import type { TrainingData } from './data/training-data.js';
import type { OpenedModel } from './tasks/trainable-model.js';
import type { TrainingSpec } from './training-engine.js';

/** Everything that decides on the numbers, the number of epochs included: the learning rate follows it. Which checkpoints are kept does not. */
export function configHash(spec: TrainingSpec, of: { readonly settings: OpenedModel['settings']; readonly data: TrainingData; readonly initSha256: string | null }): string {
  const { keep: _, keep_every: __, shards, engine, ...others } = of.settings;
  // One part is how it was before there were parts, and onnx before there was another engine: checkpoints of then stay usable.
  const settings = { ...others, ...(shards === 1 ? {} : { shards }), ...(engine === 'onnx' ? {} : { engine }) };
  const { model, multiLabel, imageSide, snapshotSha256, classes } = spec;
  const warmStart = of.initSha256 === null ? {} : { init: of.initSha256 };
  return createHash('sha256')
    .update(JSON.stringify({ model, multiLabel, imageSide, snapshotSha256, classes, settings, train: of.data.train.imageIds, val: of.data.val.imageIds, ...warmStart }))
    .digest('hex');
}
