import { PIXEL_DEVIATION, PIXEL_MEAN } from './data/augmentation.js';
import type { TrainingTask } from './tasks/training-task.js';
import type { TrainingSpec } from './training-engine.js';

/** What the exported model says of itself: everything that using it takes. docs/engine.md lists the fields. */
export function modelMetadata(spec: TrainingSpec, task: Pick<TrainingTask, 'outputFormat' | 'metadata'>, epoch: number): Record<string, string> {
  return {
    task_type: spec.taskType,
    output_format: task.outputFormat,
    multi_label: String(spec.multiLabel),
    class_names: JSON.stringify(spec.classes.map((one) => one.name)),
    class_ids: JSON.stringify(spec.classes.map((one) => one.id)),
    input_size: JSON.stringify([spec.imageSide, spec.imageSide]),
    preprocessing: JSON.stringify({ layout: 'NCHW', colour: 'RGB', fit: 'contain, black', scale: 1 / 255, mean: PIXEL_MEAN, deviation: PIXEL_DEVIATION }),
    snapshot_sha256: spec.snapshotSha256,
    model: spec.model,
    epoch: String(epoch),
    ...task.metadata,
  };
}
