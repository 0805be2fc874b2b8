import { useQueries } from '@tanstack/react-query';
import { isFinal, problemOf } from '../../../api/problem.js';
import { datasetQuery, jobQuery } from '../../../api/queries.js';
import type { JobDetails } from '../../../api/types.js';
import { versionQuery } from '../../../api/version-queries.js';

/** A run on the page: its letter and line are those of its place. */
export interface Run {
  readonly letter: string;
  readonly colorVariable: string;
  readonly dash: readonly number[] | undefined;
  readonly job: JobDetails;
  readonly contentHash: string | null;
  /** The classes of its dataset; none where it may not be seen any more. */
  readonly classNames: readonly string[];
}
export interface LeftOutRun {
  readonly id: string;
  /** A word of the API: why. */
  readonly code: string;
}

/** Distinct without colours too. */
const LOOKS = [
  { letter: 'A', colorVariable: '--chart-a', dash: undefined },
  { letter: 'B', colorVariable: '--chart-b', dash: [8, 4] },
  { letter: 'C', colorVariable: '--chart-c', dash: [2, 3] },
  { letter: 'D', colorVariable: '--chart-d', dash: [10, 3, 2, 3] },
  { letter: 'E', colorVariable: '--chart-e', dash: [16, 4] },
] as const;

interface Runs {
  readonly pending: boolean;
  readonly runs: readonly Run[];
  readonly leftOut: readonly LeftOutRun[];
  /** Asks again for those that are left out; null where the answer would be the same. */
  readonly retry: (() => void) | null;
}

/** The jobs with what stands around them; those that do not answer are left out, with the reason. */
export function useRuns(ids: readonly string[]): Runs {
  const jobs = useQueries({ queries: ids.map((id) => ({ ...jobQuery(id), refetchOnMount: 'always' as const })) });
  const found = jobs.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const datasets = useQueries({ queries: [...new Set(found.map((job) => job.dataset_id))].map(datasetQuery) });
  const versions = useQueries({ queries: versionsOf(found).map(([datasetId, version]) => versionQuery(datasetId, version)) });
  const hashOf = (job: JobDetails): string | null => versions.find(({ data }) => data?.dataset_id === job.dataset_id && data.version === job.snapshot_version)?.data?.content_hash ?? null;
  const namesOf = (job: JobDetails): readonly string[] => datasets.find(({ data }) => data?.id === job.dataset_id)?.data?.classes.map((one) => one.name) ?? [];
  const failed = jobs.filter(({ data, error }) => data === undefined && error !== null && !isFinal(problemOf(error)));
  return {
    retry: failed.length === 0 ? null : () => failed.forEach((one) => void one.refetch()),
    pending: jobs.some((one) => one.isPending),
    runs: found.flatMap((job, index) => (LOOKS[index] === undefined ? [] : [{ ...LOOKS[index], job, contentHash: hashOf(job), classNames: namesOf(job) }])),
    leftOut: jobs.flatMap(({ data, error }, index) => (data === undefined && error !== null ? [{ id: ids[index] ?? '', code: problemOf(error).code }] : [])),
  };
}

/** Each version once. */
function versionsOf(jobs: readonly JobDetails[]): readonly (readonly [string, number])[] {
  const pairs = jobs.flatMap((job) => (job.snapshot_version === null ? [] : [[`${job.dataset_id} ${job.snapshot_version}`, [job.dataset_id, job.snapshot_version] as const] as const]));
  return [...new Map(pairs).values()];
}
