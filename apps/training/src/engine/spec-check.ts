import { DomainError } from '@app/kernel';
import type { Sample, TrainingSpec } from './training-engine.js';

/** Refuses samples that would be learned wrongly without a word: a class index outside the list lands on the next image of the batch. */
export function assertTrainable(spec: Pick<TrainingSpec, 'classes' | 'multiLabel' | 'train' | 'val'>): void {
  if (spec.classes.length === 0) throw refused('there is no class');
  if (spec.train.length === 0) throw refused('there is no image to train with');
  if (spec.val.length === 0) throw refused('there is no image to validate with');
  for (const sample of [...spec.train, ...spec.val]) assertSample(sample, spec);
}

function assertSample({ imageId, classIndices }: Sample, spec: Pick<TrainingSpec, 'classes' | 'multiLabel'>): void {
  const unknown = classIndices.find((index) => spec.classes[index] === undefined);
  if (unknown !== undefined) throw refused(`image ${imageId} has the class index ${unknown} of ${spec.classes.length} classes`);
  if (!spec.multiLabel && classIndices.length !== 1) throw refused(`image ${imageId} has ${classIndices.length} classes where one is asked for`);
}

const refused = (why: string): DomainError => new DomainError('validation-failed', `The images cannot be trained with: ${why}.`);
