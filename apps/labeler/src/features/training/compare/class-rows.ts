import type { EpochMetrics } from '../../../api/types.js';

export const CLASS_FIGURES = ['f1', 'precision', 'recall'] as const;
export type ClassFigure = (typeof CLASS_FIGURES)[number];

export interface ClassRow {
  readonly name: string;
  /** One for each run; null: the run does not know the class, or the figure. */
  readonly figures: readonly (number | null)[];
}
export interface ClassRun {
  /** Of the best epoch; null before there is one. */
  readonly metrics: EpochMetrics | null;
  /** The classes of its dataset, in their order. */
  readonly names: readonly string[];
}

/** Classes of several runs by their names, since two datasets number them differently; the weakest first, by the worst of its runs. */
export function classRows(runs: readonly ClassRun[], figure: ClassFigure): readonly ClassRow[] {
  const byRun = runs.map(({ metrics, names }) => new Map(metrics?.per_class?.map((one, index) => [names[index] ?? String(one.class_id), one[figure]]) ?? []));
  const names = [...new Set(byRun.flatMap((one) => [...one.keys()]))];
  const rows = names.map((name) => ({ name, figures: byRun.map((one) => one.get(name) ?? null) }));
  return rows.sort((a, b) => weakest(a) - weakest(b));
}

const weakest = ({ figures }: ClassRow): number => Math.min(...figures.filter((one) => one !== null));
