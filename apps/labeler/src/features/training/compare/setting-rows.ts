import type { JobDetails } from '../../../api/types.js';

/** A value as the API has it; null: the run has no such setting, or it is not known yet. */
export type SettingValue = string | number | boolean | null;

export interface SettingRow {
  /** `hyper`: a hyperparameter by its name; `run`: what belongs to the run itself. */
  readonly group: 'run' | 'hyper';
  readonly name: string;
  /** One for each run. */
  readonly values: readonly SettingValue[];
  readonly differs: boolean;
}

export type ComparedJob = Pick<JobDetails, 'dataset_id' | 'dataset_name' | 'snapshot_version' | 'model' | 'hyperparameters' | 'split'>;
export interface ComparedRun {
  readonly job: ComparedJob;
  /** Of the version that it was trained on; null while it is not known, or where the version is gone. */
  readonly contentHash: string | null;
}

const OF_RUN: readonly (readonly [string, (run: ComparedRun) => SettingValue])[] = [
  ['model', ({ job }) => job.model],
  ['dataset', ({ job }) => job.dataset_name],
  ['version', ({ job }) => job.snapshot_version],
  ['content', ({ contentHash }) => contentHash],
  ['splitSource', ({ job }) => job.split?.source ?? null],
  ['split', ({ job }) => sidesOf(job)],
];

/** Every setting of the runs, and whether it differs. A dataset is its id: two of the same name differ. */
export function settingRows(runs: readonly ComparedRun[]): readonly SettingRow[] {
  const names = [...new Set(runs.flatMap(({ job }) => Object.keys(job.hyperparameters)))];
  const sameDataset = new Set(runs.map(({ job }) => job.dataset_id)).size < 2;
  const own = OF_RUN.map(([name, read]) => row('run', name, runs.map(read)));
  const hyper = names.map((name) => row('hyper', name, runs.map(({ job }) => job.hyperparameters[name] ?? null)));
  // Version 2 of one dataset is another thing than version 2 of another.
  return [...own.map((one) => (one.name === 'dataset' || one.name === 'version' ? { ...one, differs: !sameDataset || (one.name === 'version' && one.differs) } : one)), ...hyper];
}

const row = (group: SettingRow['group'], name: string, values: readonly SettingValue[]): SettingRow => ({ group, name, values, differs: new Set(values).size > 1 });

/** Train / val / test, by the number of images. */
function sidesOf({ split }: ComparedJob): string | null {
  return split === null ? null : [split.train, split.val, split.test].join(' / ');
}
