import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { http } from './http.js';
import type { ApiKey, Checkpoint, Dataset, DatasetSort, Job, JobDetails, JobState, LogLine, Page, SignedUrl, TaskType, TrainingModel, User, ValidationExample, Worker } from './types.js';

export interface DatasetFilter {
  readonly q?: string;
  readonly task?: TaskType;
  readonly sort?: DatasetSort;
  /** The datasets in the trash instead of the others. */
  readonly trashed?: boolean;
}
export interface JobFilter {
  readonly dataset?: string;
  readonly state?: JobState;
}

const PAGE_SIZE = 24;
/** Presigned addresses live an hour at most: asked for again well before. */
const SIGNED_STALE_MILLISECONDS = 15 * 60_000;
const nextOf = <T>(page: Page<T>): string | undefined => page.next_cursor ?? undefined;
const FIRST = undefined as string | undefined;

export const datasetsQuery = ({ q, task, sort, trashed = false }: DatasetFilter) =>
  infiniteQueryOptions({
    queryKey: ['datasets', { q: q ?? '', task: task ?? '', sort: sort ?? '', trashed }],
    queryFn: ({ pageParam, signal }) => http.get<Page<Dataset>>('datasets', { query: { q, task_type: task, sort, trashed: trashed ? 'true' : undefined, limit: PAGE_SIZE, cursor: pageParam }, signal }),
    initialPageParam: FIRST,
    getNextPageParam: nextOf,
  });

export const datasetQuery = (id: string) =>
  queryOptions({ queryKey: ['dataset', id], queryFn: ({ signal }) => http.get<Dataset>(`datasets/${encodeURIComponent(id)}`, { signal }) });

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => http.get<{ items: readonly TrainingModel[] }>('training/models', { signal }),
  staleTime: Infinity,
});

/** While one of them is under way the list looks again by itself. */
const LIST_REFRESH_MILLISECONDS = 4_000;
export const jobsQuery = ({ dataset, state }: JobFilter) =>
  infiniteQueryOptions({
    queryKey: ['jobs', { dataset: dataset ?? '', state: state ?? '' }],
    queryFn: ({ pageParam, signal }) => http.get<Page<Job>>('training/jobs', { query: { dataset_id: dataset, state, limit: PAGE_SIZE, cursor: pageParam }, signal }),
    initialPageParam: FIRST,
    getNextPageParam: nextOf,
    refetchInterval: ({ state: { data } }) => (data?.pages.some((page) => page.items.some((job) => !isTerminal(job.state))) === true ? LIST_REFRESH_MILLISECONDS : false),
  });

/** What waits and what runs, whatever its kind; and who works on it. */
export const queueQuery = () =>
  queryOptions({ queryKey: ['queue'], queryFn: async ({ signal }) => (await http.get<Page<Job>>('training/jobs', { query: { state: 'queued', kind: 'all', limit: PAGE_SIZE }, signal })).items, refetchInterval: LIST_REFRESH_MILLISECONDS });

export const workersQuery = () => queryOptions({ queryKey: ['workers'], queryFn: async ({ signal }) => (await http.get<{ items: readonly Worker[] }>('training/workers', { signal })).items, refetchInterval: LIST_REFRESH_MILLISECONDS });

export const jobQuery = (id: string) =>
  queryOptions({ queryKey: ['job', id], queryFn: ({ signal }) => http.get<JobDetails>(`training/jobs/${id}`, { signal }), staleTime: Infinity });

export const checkpointsQuery = (id: string) =>
  queryOptions({
    queryKey: ['job', id, 'checkpoints'],
    queryFn: ({ signal }) => http.get<{ items: readonly (Checkpoint & SignedUrl)[] }>(`training/jobs/${id}/checkpoints`, { signal }),
    refetchInterval: SIGNED_STALE_MILLISECONDS,
    staleTime: SIGNED_STALE_MILLISECONDS,
  });

export const examplesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['job', id, 'examples'],
    queryFn: ({ pageParam, signal }) => http.get<{ items: readonly ValidationExample[]; next: number | null }>(`training/jobs/${id}/examples`, { query: { after: pageParam, limit: 8 }, signal }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next ?? undefined,
    staleTime: Infinity,
  });

const LOG_PAGE = 1000;
/** Every line after `after`, page by page. */
export async function logsAfter(id: string, after: number, signal?: AbortSignal): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  for (let position = after; ; ) {
    const { items } = await http.get<{ items: readonly LogLine[] }>(`training/jobs/${id}/logs`, { query: { after: position, limit: LOG_PAGE }, signal });
    lines.push(...items);
    position = items.at(-1)?.seq ?? position;
    if (items.length < LOG_PAGE) return lines;
  }
}

export const apiKeysQuery = queryOptions({ queryKey: ['api-keys'], queryFn: ({ signal }) => http.get<Page<ApiKey>>('api-keys', { signal }) });

export const usersQuery = infiniteQueryOptions({
  queryKey: ['users'],
  queryFn: ({ pageParam, signal }) => http.get<Page<User>>('users', { query: { limit: 100, cursor: pageParam }, signal }),
  initialPageParam: FIRST,
  getNextPageParam: nextOf,
});

export const isTerminal = (state: JobState): boolean => state === 'completed' || state === 'failed' || state === 'cancelled';
