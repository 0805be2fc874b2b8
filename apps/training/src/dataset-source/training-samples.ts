import type { ResolvedSplitMessage, SplitRuleMessage, TaskType, TrainingGrant } from '@app/contracts';
import { DEFAULT_SPLIT_RULE, GroupPattern, resolveSplit, ruleFor, type ResolvedSplit, type SplitRule, type SplitSources } from '@app/dice-format';
import type { Sample, SampleSide } from '../engine/samples/sample.js';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import type { DecodedImage } from './decoded-images.js';
import type { DecodedMask } from './decoded-masks.js';
import { labeledObjects } from './labeled-objects.js';
import type { LabeledImage, TrainingLabels } from './label-reader.port.js';

export interface SampleSet {
  readonly classes: TrainingLabels['classes'];
  /** Of both sides, the training side first. Made one by one. */
  samples(): Iterable<Sample>;
  readonly counts: Readonly<Record<SampleSide, number>>;
  /** Labeled images whose bytes, or those of their masks, are missing or cannot be decoded. */
  readonly leftOut: number;
  readonly split: ResolvedSplitMessage;
}

interface Usable {
  readonly image: LabeledImage;
  readonly decoded: DecodedImage;
  /** Null: it has none. */
  readonly mask: DecodedMask | null;
}

/** What of the archive could be decoded, by the names of the labels. */
export interface Decoded {
  readonly images: ReadonlyMap<string, DecodedImage>;
  readonly masks: ReadonlyMap<string, DecodedMask>;
}

/** Labels and decoded images as samples of both sides, in the order of the file, so that the same snapshot gives the same training. */
export function trainingSamples(labels: TrainingLabels, from: Decoded, grant: Pick<TrainingGrant, 'split' | 'hyperparameters'>): SampleSet {
  const usable = labels.images.flatMap((image) => usableOf(image, from));
  const resolved = resolve(usable, { job: grant.split === null ? null : ruleOf(grant.split), dataset: labels.splitConfig, automatic: automaticRule(grant.hyperparameters) });
  const { sides } = resolved;
  const indexOf = new Map(labels.classes.map((one, index) => [one.id, index]));
  const split = messageOf(resolved);
  if (split.train === 0) throw new AttemptFailure('no-training-image', 'No labeled image that can be decoded is in the training split.', { retryable: false });
  if (split.val === 0) throw new AttemptFailure('no-validation-image', 'No labeled image that can be decoded is left for validation.', { retryable: false });
  function* samples(): Generator<Sample> {
    for (const side of ['train', 'val'] as const) {
      for (const one of usable) if (sides.get(one.image.id) === side) yield sampleOf(one, side, { taskType: labels.taskType, indexOf });
    }
  }
  return { classes: labels.classes, samples, counts: { train: split.train, val: split.val }, leftOut: labels.images.length - usable.length, split };
}

/** An image whose mask is missing, broken or of another size would be learned as if it showed nothing: it stays out. */
function usableOf(image: LabeledImage, { images, masks }: Decoded): Usable[] {
  const decoded = images.get(image.fileName);
  if (decoded === undefined) return [];
  if (image.maskFile === null) return [{ image, decoded, mask: null }];
  const mask = masks.get(image.maskFile);
  const isOfImage = mask !== undefined && mask.width === decoded.width && mask.height === decoded.height;
  return isOfImage ? [{ image: { ...image, classIds: mask.classIds }, decoded, mask }] : [];
}

function sampleOf({ image, decoded, mask }: Usable, side: SampleSide, by: { readonly taskType: TaskType; readonly indexOf: ReadonlyMap<number, number> }): Sample {
  const { cacheIndex, width, height } = decoded;
  const classIndices = indicesOf(image, by.indexOf);
  return { side, cacheIndex, imageId: image.id, width, height, classIndices, objects: labeledObjects(image.annotations, by.taskType, by.indexOf), maskIndex: mask?.index ?? null };
}

function indicesOf(image: LabeledImage, indexOf: ReadonlyMap<number, number>): number[] {
  return image.classIds.map((id) => {
    const index = indexOf.get(id);
    if (index === undefined) throw new AttemptFailure('validation-failed', `Image ${image.id} has the class ${id}, which the dataset does not have.`, { retryable: false });
    return index;
  });
}

/** Groups are made by the names that the dataset gives, whatever folder the archive wraps them in. */
function resolve(usable: readonly Usable[], sources: SplitSources): ResolvedSplit {
  const { groupPattern } = ruleFor(usable.map(({ image }) => image), sources);
  const pattern = groupPattern === null ? null : GroupPattern.parse(groupPattern);
  const images = usable.map(({ image, decoded }) => ({ id: image.id, sha256: decoded.sha256, classIds: image.classIds, split: image.split, group: pattern?.groupOf(image.datasetPath) ?? null }));
  return resolveSplit(images, sources);
}

function automaticRule(hyperparameters: TrainingGrant['hyperparameters']): SplitRule {
  const val = numberOr(hyperparameters['val_fraction'], DEFAULT_SPLIT_RULE.ratio.val);
  return { seed: numberOr(hyperparameters['seed'], DEFAULT_SPLIT_RULE.seed), ratio: { train: 1 - val, val, test: 0 }, groupPattern: null };
}

function ruleOf({ default_ratio: ratio, seed, group_pattern: groupPattern }: SplitRuleMessage): SplitRule {
  return { ratio, seed, groupPattern };
}

function messageOf({ source, rule, sides }: ResolvedSplit): ResolvedSplitMessage {
  const counts = { train: 0, val: 0, test: 0 };
  for (const side of sides.values()) counts[side] += 1;
  return { source, rule: rule === null ? null : { default_ratio: { ...rule.ratio }, seed: rule.seed, group_pattern: rule.groupPattern }, ...counts };
}

const numberOr = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);
