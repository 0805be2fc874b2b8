import { queryOptions } from '@tanstack/react-query';
import { http } from './http.js';
import type { ActionForecast, CleanUpList, CleanUpRun, Cost } from './types.js';

/** Figures of a month: minutes do not matter. */
const FRESH_MILLISECONDS = 60_000;
const REFRESH_MILLISECONDS = 2_000;

/** Null: of the whole installation. */
export const costQuery = (datasetId: string | null) =>
  queryOptions({
    queryKey: ['cost', datasetId],
    queryFn: ({ signal }) => http.get<Cost>(datasetId === null ? 'cost' : `datasets/${encodeURIComponent(datasetId)}/cost`, { signal }),
    staleTime: FRESH_MILLISECONDS,
  });

export interface ActionWish {
  readonly action: ActionForecast['action'];
  readonly version?: number;
  readonly epochs?: number;
}

/** Answers what it would be; nothing is done. One try: a line that is missing keeps nobody from acting. */
export const forecastQuery = (datasetId: string, wish: ActionWish) =>
  queryOptions({
    queryKey: ['cost-forecast', datasetId, wish],
    queryFn: ({ signal }) => http.get<ActionForecast>(`datasets/${encodeURIComponent(datasetId)}/cost/forecast`, { query: { action: wish.action, version: wish.version, epochs: wish.epochs }, signal }),
    staleTime: FRESH_MILLISECONDS,
    retry: false,
  });

/** Looks again while one runs. */
export const cleanUpsQuery = queryOptions({
  queryKey: ['clean-ups'],
  queryFn: ({ signal }) => http.get<CleanUpList>('admin/clean-ups', { signal }),
  refetchInterval: ({ state: { data } }) => (data?.items.some((one) => one.state === 'running') === true ? REFRESH_MILLISECONDS : false),
});

export const runCleanUp = (name: string, isDry: boolean): Promise<CleanUpRun> => http.post<CleanUpRun>(`admin/clean-ups/${encodeURIComponent(name)}/run?dry_run=${String(isDry)}`);
