import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { http, send } from './http.js';
import { randomId } from './random-id.js';
import type { DiffTotals, ImageDiff, ImageItem, Page, RestoreResult, SignedUrl, Version } from './types.js';

/** A version's number, or the dataset as it is. */
export type Side = number | 'live';
export const DIFFERENCES = ['added', 'removed', 'changed', 'relabelled', 'moved'] as const satisfies readonly ImageDiff['differences'][number][];
export type Difference = (typeof DIFFERENCES)[number];

const PAGE = 50;
const DIFF_PAGE = 24;
/** While something is being made, the list looks again by itself. */
const REFRESH_MILLISECONDS = 1_000;
/** The longest that the server waits with an answer. */
const WAIT_SECONDS = 20;
const FIRST = undefined as string | undefined;

const pathOf = (datasetId: string): string => `datasets/${encodeURIComponent(datasetId)}/snapshots`;
export const isUnderWay = (version: Version): boolean => version.state === 'building' || version.zip.state === 'building';

export const versionsQuery = (datasetId: string) =>
  infiniteQueryOptions({
    queryKey: ['versions', datasetId],
    queryFn: ({ pageParam, signal }) => http.get<Page<Version>>(pathOf(datasetId), { query: { limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state: { data } }) => (data?.pages.some((page) => page.items.some(isUnderWay)) === true ? REFRESH_MILLISECONDS : false),
  });

export const diffTotalsQuery = (datasetId: string, from: Side, to: Side) =>
  queryOptions({ queryKey: ['diff', datasetId, from, to, 'totals'], queryFn: ({ signal }) => http.get<DiffTotals>(`${pathOf(datasetId)}/diff`, { query: { from, to }, signal }) });

export const diffImagesQuery = (datasetId: string, sides: { readonly from: Side; readonly to: Side }, kind: Difference | undefined) =>
  infiniteQueryOptions({
    queryKey: ['diff', datasetId, sides.from, sides.to, 'images', kind ?? ''],
    queryFn: ({ pageParam, signal }) => http.get<Page<ImageDiff>>(`${pathOf(datasetId)}/diff/images`, { query: { ...sides, kind, limit: DIFF_PAGE, cursor: pageParam }, signal }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const imageQuery = (datasetId: string, imageId: number) =>
  queryOptions({ queryKey: ['images', datasetId, 'one', imageId], queryFn: ({ signal }) => http.get<ImageItem>(`datasets/${encodeURIComponent(datasetId)}/images/${imageId}`, { signal }), staleTime: 10 * 60_000, retry: false });

export interface VersionWords {
  readonly note: string | null;
  readonly tag: string | null;
}

/** `isNew`: false where a version has this content already. */
export async function makeVersion(datasetId: string, request: VersionWords & { readonly zip: boolean }): Promise<{ readonly version: Version; readonly isNew: boolean }> {
  const response = await send('POST', pathOf(datasetId), { body: request, headers: { 'idempotency-key': randomId() } });
  return { version: (await response.json()) as Version, isNew: response.status === 201 };
}

export const describeVersion = (datasetId: string, version: number, words: VersionWords): Promise<Version> => http.patch<Version>(`${pathOf(datasetId)}/${version}`, words);
export const stopZip = (datasetId: string, version: number): Promise<Version> => http.postOnce<Version>(`${pathOf(datasetId)}/${version}/cancel`);
export const restoreVersion = (datasetId: string, version: number): Promise<RestoreResult> => http.postOnce<RestoreResult>(`${pathOf(datasetId)}/${version}/restore`);
export const deleteVersion = (datasetId: string, version: number, keepManifest: boolean): Promise<void> => http.delete(`${pathOf(datasetId)}/${version}${keepManifest ? '?keep_manifest=true' : ''}`);

/** The zip's address; waits as long as it is being made. `onWait` is told each time the server has not got it yet. */
export async function zipUrl(datasetId: string, version: number, onWait: () => void): Promise<string> {
  for (let wait = 0; ; wait = WAIT_SECONDS) {
    const answer = await http.get<SignedUrl | Version>(`${pathOf(datasetId)}/${version}/download`, { query: { redirect: 'false', wait } });
    if ('url' in answer) return answer.url;
    onWait();
  }
}

/** One version, which never gets another content. */
export const versionQuery = (datasetId: string, version: number) =>
  queryOptions({ queryKey: ['version', datasetId, version], queryFn: ({ signal }) => http.get<Version>(`${pathOf(datasetId)}/${version}`, { signal }), retry: false });
