import { writeSplitConfig, type SplitConfig } from '@app/dice-format';
import type { SideCounts, SplitTally, StoredSplit } from './ports/split-store.port.js';
import type { SplitPlan } from './split-planner.js';
import type { SplitWarning } from './split-warnings.js';

const NONE: SideCounts = { train: 0, val: 0, test: 0, unassigned: 0 };

/** The split of a dataset as clients get it. */
export interface SplitAnswer {
  readonly revision: number;
  readonly config: Readonly<Record<string, unknown>> | null;
  readonly counts: SideCounts;
  readonly classes: readonly (SideCounts & { readonly id: number; readonly name: string })[];
}

export interface PlannedSplitAnswer extends SplitAnswer {
  /** Images that change sides. */
  readonly changed: number;
  readonly warnings: readonly (Omit<SplitWarning, 'classIds'> & { readonly class_ids: readonly number[] })[];
}

export function splitAnswer({ revision, config, classes }: StoredSplit, tally: SplitTally): SplitAnswer {
  return { revision, config: config === null ? null : configAnswer(config), counts: tally.total, classes: classes.map(({ id, name }) => ({ id, name, ...(tally.byClass.get(id) ?? NONE) })) };
}

export function plannedAnswer(stored: StoredSplit, plan: SplitPlan): PlannedSplitAnswer {
  const warnings = plan.warnings.map(({ classIds, ...warning }) => ({ ...warning, class_ids: classIds }));
  return { ...splitAnswer(stored, plan.tally), changed: plan.moves.length, warnings };
}

/** Every field, so that it can be sent back as it is. */
function configAnswer(config: SplitConfig): Record<string, unknown> {
  const { method, default_ratio: ratio, seed } = writeSplitConfig(config);
  return { method, default_ratio: ratio, seed, group_pattern: config.groupPattern };
}
