import type { ModelRun } from '../../api/types.js';

export interface EvaluationGroup {
  readonly key: string;
  readonly version: number | null;
  readonly side: ModelRun['side'];
  /** The best first; those without a figure behind. */
  readonly runs: readonly ModelRun[];
}

const primary = ({ metrics }: ModelRun): number => metrics?.primary_value ?? -1;

/** Runs that can be compared, since they were over the same images: the newest version first. */
export function byVersion(runs: readonly ModelRun[]): readonly EvaluationGroup[] {
  const groups = new Map<string, ModelRun[]>();
  for (const run of runs) {
    const key = `${run.snapshot_version ?? ''} ${run.side ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups]
    .map(([key, all]) => ({ key, version: all[0]?.snapshot_version ?? null, side: all[0]?.side ?? null, runs: all.toSorted((a, b) => primary(b) - primary(a)) }))
    .sort((a, b) => (b.version ?? Infinity) - (a.version ?? Infinity));
}

/** The figures that any of them has, the one that counts most first. */
export function scoreNames(runs: readonly ModelRun[]): readonly string[] {
  const first = runs.flatMap(({ metrics }) => (metrics === null ? [] : [metrics.primary_metric]));
  const all = runs.flatMap(({ metrics }) => Object.keys(metrics?.scores ?? {}));
  return [...new Set([...first, ...all])].filter((name) => all.includes(name));
}
