import { DEFAULT_SPLIT_RULE, GroupPattern, readSplitConfig, resolveSplit, ruleFor, type Split, type SplitImage, type SplitRule, type SplitSources } from '@app/dice-format';

interface Candidate {
  readonly number: number;
  readonly fileName: string;
  readonly sha256: string;
  readonly split: Split | null;
  readonly objects: readonly { readonly class_id: number }[];
}

/** On which side each image of a version would be in a training: by the version's own rule, else by the automatic one with the model's settings. */
export class SideQuestion {
  private readonly images: Candidate[] = [];
  private readonly sources: SplitSources;

  constructor(head: Readonly<Record<string, unknown>> | null, hyperparameters: Readonly<Record<string, unknown>>) {
    this.sources = { job: null, dataset: readSplitConfig(head?.['split_config']), automatic: automaticRule(hyperparameters) };
  }

  add({ number, fileName, sha256, split, objects }: Candidate): void {
    // What dealing needs and no more: there may be a hundred thousand.
    this.images.push({ number, fileName, sha256, split, objects: objects.map(({ class_id }) => ({ class_id })) });
  }

  answer(side: Split): (number: number) => boolean {
    const { groupPattern } = ruleFor(this.images, this.sources);
    const pattern = groupPattern === null ? null : GroupPattern.parse(groupPattern);
    const images = this.images.map(({ number, fileName, sha256, split, objects }): SplitImage => {
      return { id: number, sha256, split, classIds: [...new Set(objects.map((one) => one.class_id))], group: pattern?.groupOf(fileName) ?? null };
    });
    const { sides } = resolveSplit(images, this.sources);
    return (number) => sides.get(number) === side;
  }
}

function automaticRule(hyperparameters: Readonly<Record<string, unknown>>): SplitRule {
  const val = numberOr(hyperparameters['val_fraction'], DEFAULT_SPLIT_RULE.ratio.val);
  return { seed: numberOr(hyperparameters['seed'], DEFAULT_SPLIT_RULE.seed), ratio: { train: 1 - val, val, test: 0 }, groupPattern: null };
}

const numberOr = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);
