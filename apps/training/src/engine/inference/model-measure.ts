import type { InferenceImage, ModelAdapter } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { labeledObjects } from '../../dataset-source/labeled-objects.js';
import { DetectionMetrics } from '../tasks/detection/detection-metrics.js';
import { decodingOf } from './decoding.js';
import { withoutClasses } from './left-out-classes.js';
import { TruthMap } from './truth-map.js';
import type { Sample } from '../samples/sample.js';
import { modelsFor } from '../tasks/model-registry.js';
import type { TaskFacts, TaskMetrics, TaskResult } from '../tasks/training-task.js';
import type { Prediction } from './predictor.js';

/** Compares what a model says with what people say, by the same figures that its training is measured with. */
export class ModelMeasure {
  private readonly indexOf: ReadonlyMap<number, number>;

  private constructor(
    private readonly metrics: TaskMetrics,
    private readonly adapter: ModelAdapter,
    private readonly map: TruthMap | null,
  ) {
    this.indexOf = new Map(adapter.classes.flatMap(({ id }, index) => (id === null ? [] : [[id, index]])));
  }

  /** Throws `validation-failed` where nothing here measures such models. Of classes that are left out the figures say nothing. */
  static for(adapter: ModelAdapter): ModelMeasure {
    const { task_type: taskType, multi_label: multiLabel } = adapter;
    // Figures of a task are by numbers; those of what is left out are taken away at the end.
    const classes = adapter.classes.map(({ id, name }, index) => ({ id: id ?? standIn(index), name }));
    const imageSide = adapter.input_size[0];
    const map = taskType === 'semantic_segmentation' ? new TruthMap(imageSide) : null;
    const facts = { taskType, multiLabel, classes, imageSide, trainImages: 1, imagesOfClass: classes.map(() => 1), labelMaps: map, pixelsOfClass: [0, ...classes.map(() => 0)] };
    if (adapter.output_format === 'boxes/1') return new ModelMeasure(boxMetrics(adapter, facts), adapter, null);
    if (map !== null && classes.some(isLeftOut)) throw new DomainError('validation-failed', 'A model of masks can be measured when each of its classes stands for one of the dataset.');
    for (const model of modelsFor(taskType)) {
      const task = model.open({}).task(facts);
      if (task.outputFormat === adapter.output_format) return new ModelMeasure(task.metrics(), adapter, map);
    }
    throw unmeasured(taskType);
  }

  /** Objects of classes that the model does not know are none that it could find; pixels of such classes are not looked at. Throws for masks of another size than the image. */
  add(imageId: number, truth: NonNullable<InferenceImage['truth']>, { width, height, outputs }: Prediction): void {
    const isPainted = this.map?.show(truth, { width, height }) === true;
    const known = truth.filter((one) => this.indexOf.has(one.class_id));
    const classIndices = [...new Set(known.flatMap((one) => this.indexOf.get(one.class_id) ?? []))];
    const objects = labeledObjects(known, this.adapter.task_type, this.indexOf);
    const sample: Sample = { side: 'val', cacheIndex: 0, imageId, width, height, classIndices, objects, maskIndex: isPainted ? 0 : null };
    this.metrics.add(sample, outputs);
  }

  result(): TaskResult {
    return withoutClasses(this.metrics.result(), isLeftOut);
  }
}

const standIn = (index: number): number => -1 - index;
const isLeftOut = ({ id }: { readonly id: number }): boolean => id < 0;

/** By what a user is shown, wherever the model has its image in the input. */
function boxMetrics(adapter: ModelAdapter, facts: Pick<TaskFacts, 'classes' | 'imageSide'>): TaskMetrics {
  const decode = decodingOf(adapter);
  return new DetectionMetrics(facts, (outputs, size) => decode(outputs, size));
}

function unmeasured(taskType: string): DomainError {
  return new DomainError('validation-failed', `This worker cannot measure models of ${taskType.replaceAll('_', ' ')}.`);
}
