import type { SplitConfig } from '@app/dice-format';
import type { ImageSplit } from './image-facts.js';
import type { SideCounts, SplitTally } from './ports/split-store.port.js';

export const SPLIT_WARNINGS = ['no-validation-image', 'no-training-image', 'class-without-validation-image', 'class-without-training-image', 'duplicates-on-two-sides', 'groups-on-two-sides', 'names-without-group'] as const;

/** What does not stop a split but should be known. */
export interface SplitWarning {
  readonly code: (typeof SPLIT_WARNINGS)[number];
  readonly message: string;
  /** Of classes, groups or images, as the message says. */
  readonly count: number;
  readonly classIds: readonly number[];
}

interface Image {
  readonly sha256: string;
  readonly group: string | null;
  readonly split: ImageSplit | null;
}
interface Context {
  readonly config: SplitConfig;
  readonly classes: readonly { readonly id: number; readonly name: string }[];
}

const MOST_NAMES = 10;

/** `images`: as they would stand, as often as they are asked for. */
export function splitWarnings(images: () => Iterable<Image>, tally: SplitTally, { config, classes }: Context): SplitWarning[] {
  const { total } = tally;
  if (total.train + total.val + total.test + total.unassigned === 0 || config.method === 'none') return [];
  const warnings: (SplitWarning | null)[] = [
    total.val > 0 ? null : warning('no-validation-image', 1, 'No image is left for validation.'),
    total.train > 0 ? null : warning('no-training-image', 1, 'No image is left for training.'),
    total.val > 0 ? classWarning('class-without-validation-image', 'No image for validation shows', lacking(tally, classes, 'val')) : null,
    total.train > 0 ? classWarning('class-without-training-image', 'No image for training shows', lacking(tally, classes, 'train')) : null,
    counted('duplicates-on-two-sides', 'contents stand on more than one side, as equal images: training would see what it is measured with.', onTwoSides(images(), (one) => one.sha256)),
    counted('groups-on-two-sides', 'groups stand on more than one side.', onTwoSides(images(), (one) => one.group)),
    config.groupPattern === null ? null : counted('names-without-group', 'names do not match the pattern; these images stand for themselves.', withoutGroup(images())),
  ];
  return warnings.filter((one) => one !== null);
}

function warning(code: SplitWarning['code'], count: number, message: string, classIds: readonly number[] = []): SplitWarning {
  return { code, message, count, classIds };
}

function counted(code: SplitWarning['code'], message: string, count: number): SplitWarning | null {
  return count === 0 ? null : warning(code, count, `${count} ${message}`);
}

function classWarning(code: SplitWarning['code'], message: string, classes: Context['classes']): SplitWarning | null {
  const names = classes.slice(0, MOST_NAMES).map((one) => one.name).join(', ');
  return classes.length === 0 ? null : warning(code, classes.length, `${message}: ${names}${classes.length > MOST_NAMES ? ' ...' : '.'}`, classes.map((one) => one.id));
}

/** Classes that some image with a side shows, but none on this side. */
function lacking({ byClass }: SplitTally, classes: Context['classes'], side: 'train' | 'val'): Context['classes'] {
  const lacks = (counts: SideCounts | undefined): boolean => counts !== undefined && counts[side] === 0 && counts.train + counts.val + counts.test > 0;
  return classes.filter((one) => lacks(byClass.get(one.id)));
}

function withoutGroup(images: Iterable<Image>): number {
  let count = 0;
  for (const { group } of images) if (group === null) count += 1;
  return count;
}

function onTwoSides(images: Iterable<Image>, keyOf: (image: Image) => string | null): number {
  const first = new Map<string, ImageSplit>();
  const torn = new Set<string>();
  for (const image of images) {
    const key = keyOf(image);
    if (key === null || image.split === null) continue;
    const side = first.get(key);
    if (side === undefined) first.set(key, image.split);
    else if (side !== image.split) torn.add(key);
  }
  return torn.size;
}
