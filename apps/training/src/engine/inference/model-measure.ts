import type { InferenceImage, ModelAdapter } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { labeledObjects } from '../../dataset-source/labeled-objects.js';
import type { Sample } from '../samples/sample.js';
import { modelsFor } from '../tasks/model-registry.js';
import type { TaskMetrics, TaskResult } from '../tasks/training-task.js';
import type { Prediction } from './predictor.js';

/** Compares what a model says with what people say, by the same figures that its training is measured with. */
export class ModelMeasure {
  private readonly indexOf: ReadonlyMap<number, number>;

  private constructor(
    private readonly metrics: TaskMetrics,
    private readonly adapter: ModelAdapter,
  ) {
    this.indexOf = new Map(adapter.classes.map((one, index) => [one.id, index]));
  }

  /** Throws `validation-failed` where nothing here measures such models. */
  static for(adapter: ModelAdapter): ModelMeasure {
    const { task_type: taskType, multi_label: multiLabel, classes } = adapter;
    // Label maps lie in files of their own while a training goes on; here there are none.
    if (taskType === 'semantic_segmentation') throw unmeasured(taskType);
    const facts = { taskType, multiLabel, classes, imageSide: adapter.input_size[0], trainImages: 1, imagesOfClass: classes.map(() => 1), labelMaps: null, pixelsOfClass: [0, ...classes.map(() => 0)] };
    for (const model of modelsFor(taskType)) {
      const task = model.open({}).task(facts);
      if (task.outputFormat === adapter.output_format) return new ModelMeasure(task.metrics(), adapter);
    }
    throw unmeasured(taskType);
  }

  /** Objects of classes that the model does not know are none that it could find. */
  add(imageId: number, truth: NonNullable<InferenceImage['truth']>, { width, height, outputs }: Prediction): void {
    const known = truth.filter((one) => this.indexOf.has(one.class_id));
    const classIndices = [...new Set(known.flatMap((one) => this.indexOf.get(one.class_id) ?? []))];
    const objects = labeledObjects(known, this.adapter.task_type, this.indexOf);
    const sample: Sample = { side: 'val', cacheIndex: 0, imageId, width, height, classIndices, objects, maskIndex: null };
    this.metrics.add(sample, outputs);
  }

  result(): TaskResult {
    return this.metrics.result();
  }
}

function unmeasured(taskType: string): DomainError {
  return new DomainError('validation-failed', `This worker cannot measure models of ${taskType.replaceAll('_', ' ')}.`);
}
