import type { Finding } from '@app/kernel';
import type { JobWarning } from './training-job.aggregate.js';

/** What the decision needs to know of the data. Counts are of images. */
export interface TrainableFacts {
  /** False while the zip that it came as is still being read: nothing else is known of it. */
  readonly isValidated: boolean;
  readonly taskType: string;
  /** Classification with any number of classes an image. */
  readonly multiLabel: boolean;
  readonly classes: readonly { readonly id: number; readonly name: string }[];
  readonly labeled: { readonly train: number; readonly val: number; readonly unassigned: number };
  /** Labeled images by class id. */
  readonly imagesByClass: ReadonlyMap<number, number>;
}

/** Fewer labeled images than this train, but badly. */
export const FEW_IMAGES = 50;
/** The largest class has so many times the images of the smallest. */
export const STRONG_IMBALANCE = 20;

/** Every unmet condition at once; empty when training may start. Only a choice of one class among several needs two. */
export function unmetConditions(facts: TrainableFacts): Finding[] {
  if (!facts.isValidated) return [{ code: 'not-validated', pointer: '/dataset_id', message: 'The zip of the dataset is still being validated.', hint: 'Wait until its status is ready.' }];
  const findings: Finding[] = [];
  const { train, val, unassigned } = facts.labeled;
  if (train + val + unassigned === 0) {
    findings.push({ code: 'no-labeled-image', pointer: '/dataset_id', message: 'The dataset has no labeled image.', hint: 'Label some images first.' });
  } else if (val === 0 && train + unassigned < 2) {
    findings.push({ code: 'no-validation-image', pointer: '/dataset_id', message: 'No image is left for validation.', hint: 'Two labeled images are needed at least.' });
  } else if (val > 0 && train + unassigned === 0) {
    findings.push({ code: 'no-training-image', pointer: '/dataset_id', message: 'All labeled images are set aside for validation.', hint: 'Move some to the training split.' });
  }
  return [...findings, ...classFindings(facts)];
}

function classFindings(facts: TrainableFacts): Finding[] {
  const needed = facts.taskType === 'image_classification' && !facts.multiLabel ? 2 : 1;
  if (facts.classes.length < needed) {
    return [{ code: 'too-few-classes', pointer: '/dataset_id', message: `This task needs ${needed} classes at least; the dataset has ${facts.classes.length}.` }];
  }
  const shown = facts.classes.filter((one) => (facts.imagesByClass.get(one.id) ?? 0) > 0).length;
  const { train, val, unassigned } = facts.labeled;
  if (train + val + unassigned === 0 || shown >= needed) return [];
  return [{ code: 'too-few-classes', pointer: '/dataset_id', message: `This task needs images of ${needed} classes at least; the labeled images show ${shown}.`, hint: 'Label images of the other classes too.' }];
}

/** What does not stop a training but should be known. */
export function warningsOf(facts: TrainableFacts): JobWarning[] {
  const warnings: JobWarning[] = [];
  const total = facts.labeled.train + facts.labeled.val + facts.labeled.unassigned;
  const counts = facts.classes.map((one) => ({ name: one.name, count: facts.imagesByClass.get(one.id) ?? 0 }));
  const empty = counts.filter((one) => one.count === 0).map((one) => one.name);
  if (empty.length > 0) warnings.push({ code: 'class-without-example', message: `No labeled image shows: ${empty.slice(0, 10).join(', ')}.` });
  if (total > 0 && total < FEW_IMAGES) warnings.push({ code: 'few-images', message: `Only ${total} labeled images; expect a weak model.` });
  const filled = counts.filter((one) => one.count > 0).map((one) => one.count);
  if (filled.length > 1 && Math.max(...filled) >= STRONG_IMBALANCE * Math.min(...filled)) {
    warnings.push({ code: 'strong-imbalance', message: 'Some classes have many times the images of others; consider class weights.' });
  }
  return warnings;
}
