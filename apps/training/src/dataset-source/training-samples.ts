import type { TrainingGrant } from '@app/contracts';
import type { Sample } from '../engine/training-engine.js';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import type { DecodedImage } from './decoded-images.js';
import type { LabeledImage, TrainingLabels } from './label-reader.port.js';
import { resolveSplit, type Side } from './split-rule.js';

export interface SampleSet {
  readonly classes: readonly { readonly id: number; readonly name: string }[];
  readonly train: readonly Sample[];
  readonly val: readonly Sample[];
  /** Labeled images whose bytes are missing or cannot be decoded. */
  readonly leftOut: number;
}

const DEFAULT_VALIDATION_SHARE = 0.2;

interface Usable {
  readonly image: LabeledImage;
  readonly decoded: DecodedImage;
}

/** Labels and decoded images as samples of both sides, in the order of the file, so that the same snapshot gives the same training. */
export function trainingSamples(labels: TrainingLabels, images: ReadonlyMap<string, DecodedImage>, grant: Pick<TrainingGrant, 'split' | 'hyperparameters'>): SampleSet {
  const usable = labels.images.flatMap((image): Usable[] => {
    const decoded = images.get(image.fileName);
    return decoded === undefined ? [] : [{ image, decoded }];
  });
  const sides = sidesOf(usable, grant);
  const indexOf = new Map(labels.classes.map((one, index) => [one.id, index]));
  const samplesOf = (side: Side): Sample[] =>
    usable.filter(({ image }) => sides.get(image.id) === side).map(({ image, decoded }) => ({ cacheIndex: decoded.cacheIndex, imageId: image.id, classIndices: indicesOf(image, indexOf) }));
  const [train, val] = [samplesOf('train'), samplesOf('val')];
  if (train.length === 0) throw new AttemptFailure('no-training-image', 'No labeled image that can be decoded is in the training split.', { retryable: false });
  if (val.length === 0) throw new AttemptFailure('no-validation-image', 'No labeled image that can be decoded is left for validation.', { retryable: false });
  return { classes: labels.classes, train, val, leftOut: labels.images.length - usable.length };
}

function indicesOf(image: LabeledImage, indexOf: ReadonlyMap<number, number>): number[] {
  return image.classIds.map((id) => {
    const index = indexOf.get(id);
    if (index === undefined) throw new AttemptFailure('validation-failed', `Image ${image.id} has the class ${id}, which the dataset does not have.`, { retryable: false });
    return index;
  });
}

function sidesOf(usable: readonly Usable[], { split, hyperparameters }: Pick<TrainingGrant, 'split' | 'hyperparameters'>): Map<number, Side> {
  if (split !== null) {
    const given: [Side, readonly number[]][] = [['train', split.train], ['val', split.val], ['test', split.test]];
    return new Map(given.flatMap(([side, ids]) => ids.map((id): [number, Side] => [id, side])));
  }
  const candidates = usable.map(({ image, decoded }) => ({ id: image.id, sha256: decoded.sha256, split: image.split, stratum: [...image.classIds].sort((a, b) => a - b).join(',') }));
  return resolveSplit(candidates, { seed: numberOr(hyperparameters['seed'], 1), validationShare: numberOr(hyperparameters['val_fraction'], DEFAULT_VALIDATION_SHARE) });
}

const numberOr = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);
