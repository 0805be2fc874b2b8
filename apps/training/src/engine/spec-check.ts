import { DomainError } from '@app/kernel';
import type { Sample } from './samples/sample.js';
import type { TrainableModel } from './tasks/trainable-model.js';
import type { TrainingSpec } from './training-engine.js';

type Checked = Pick<TrainingSpec, 'classes' | 'multiLabel'>;

/** Refuses a training that has nothing to learn or to measure. */
export function assertTrainable(spec: Pick<TrainingSpec, 'classes'>, counts: { readonly train: number; readonly val: number }): void {
  if (spec.classes.length === 0) throw refused('there is no class');
  if (counts.train === 0) throw refused('there is no image to train with');
  if (counts.val === 0) throw refused('there is no image to validate with');
}

/** Refuses a sample that would be learned wrongly without a word: a class index outside the list lands on the next image of the batch. */
export function assertSample(sample: Sample, spec: Checked, model: Pick<TrainableModel, 'objection'>): void {
  const indices = [...sample.classIndices, ...sample.objects.map((one) => one.classIndex)];
  const unknown = indices.find((index) => spec.classes[index] === undefined);
  if (unknown !== undefined) throw refused(`image ${sample.imageId} has the class index ${unknown} of ${spec.classes.length} classes`);
  const objection = model.objection(sample, spec);
  if (objection !== null) throw refused(`image ${sample.imageId} ${objection}`);
}

const refused = (why: string): DomainError => new DomainError('validation-failed', `The images cannot be trained with: ${why}.`);
