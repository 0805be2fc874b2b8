import type { Split } from '../image-labels.js';
import { SplitDealer } from './deal-split.js';
import type { SplitConfig, SplitRule } from './split-config.js';
import type { SplitImage } from './split-units.js';

export interface SplitSources {
  /** The rule that the job was started with; null: none. */
  readonly job: SplitRule | null;
  /** The `split_config` of the version that is trained on; null: none. */
  readonly dataset: SplitConfig | null;
  /** For where neither decides. */
  readonly automatic: SplitRule;
}

export interface ResolvedSplit {
  readonly source: 'job' | 'dataset' | 'automatic';
  /** What dealt the images that had no side; null: there was nothing to deal. */
  readonly rule: SplitRule | null;
  readonly sides: Map<number, Split>;
}

/**
 * Who decides on the sides of a training: the job's own rule, else the dataset (its sides where there is an image to validate with, and its rule for
 * the images without one where it deals: `auto`, `partial`), else the automatic rule. Images that the dataset keeps to test with are never
 * trained on, whoever decides. `images`: those that can be trained with, their groups as `ruleFor` says.
 */
export function resolveSplit(images: readonly SplitImage[], sources: SplitSources): ResolvedSplit {
  const { source, rule, keepsSides } = decision(images, sources);
  const dealer = new SplitDealer({ seed: rule.seed, ratio: rule.ratio, mode: 'fill', by: 'position' });
  let isOpen = false;
  for (const image of images) {
    const split = keepsSides || image.split === 'test' ? image.split : null;
    isOpen ||= split === null;
    dealer.add({ ...image, split });
  }
  return { source, rule: isOpen ? rule : null, sides: dealer.finish() };
}

/** The rule by whose pattern the groups of images are made. */
export function ruleFor(images: readonly Pick<SplitImage, 'split'>[], sources: SplitSources): SplitRule {
  return decision(images, sources).rule;
}

function decision(images: readonly Pick<SplitImage, 'split'>[], { job, dataset, automatic }: SplitSources): { source: ResolvedSplit['source']; rule: SplitRule; keepsSides: boolean } {
  if (job !== null) return { source: 'job', rule: job, keepsSides: false };
  const deals = dataset !== null && (dataset.method === 'auto' || dataset.method === 'partial');
  const hasValidation = images.some((image) => image.split === 'val');
  if (deals) return { source: 'dataset', rule: dataset, keepsSides: hasValidation };
  // Sides of the dataset's own: what it leaves open trains.
  if (hasValidation) return { source: 'dataset', rule: { ...(dataset ?? automatic), ratio: { train: 1, val: 0, test: 0 } }, keepsSides: true };
  return { source: 'automatic', rule: automatic, keepsSides: false };
}
