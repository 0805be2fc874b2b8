import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { http } from './http.js';
import type { operations } from './openapi.generated.js';
import type { ClassList, ImageItem, ImageSuggestion, ImageLabels, ImagePage, Member } from './types.js';

type ListQuery = NonNullable<operations['ImagesController_list_v1']['parameters']['query']>;
export type ImageSplitFilter = NonNullable<ListQuery['split']>;
export type ImageStatus = NonNullable<ListQuery['status']>;
export type ImageState = NonNullable<ListQuery['state']>;
export type ImageFilter = Omit<ListQuery, 'limit' | 'cursor' | 'after' | 'before'>;

export const IMAGE_SPLITS = ['train', 'val', 'test', 'unassigned'] as const satisfies readonly ImageSplitFilter[];
export const IMAGE_STATUSES = ['unlabeled', 'labeled', 'reviewed'] as const satisfies readonly ImageStatus[];
export const IMAGE_STATES = ['ready', 'broken'] as const satisfies readonly ImageState[];

/** Signed addresses live half an hour at least: asked for again well before. */
const SIGNED_STALE_MILLISECONDS = 10 * 60_000;
/** Thumbnails are made behind the back of an upload: looked for again while one lacks. */
const THUMBNAIL_WAIT_MILLISECONDS = 4_000;
const HIGHEST_IMAGE = 2_147_483_647;
const FIRST = undefined as string | undefined;

const pathOf = (datasetId: string): string => `datasets/${encodeURIComponent(datasetId)}/images`;

export const isWaitingForThumbnail = (page: ImagePage): boolean => page.items.some((image) => image.thumbnail_url === null && image.state === 'ready');

/** `limit` images behind the number `after`, whatever else is filtered, in the order of their numbers. */
export const imagesAfter = (datasetId: string, filter: ImageFilter, place: { readonly after: number; readonly limit: number }, signal?: AbortSignal): Promise<ImagePage> =>
  http.get<ImagePage>(pathOf(datasetId), { query: { ...filter, order: undefined, ...place }, signal });

/** The images that models are least sure of. */
export const hardestImages = (datasetId: string, filter: ImageFilter, limit: number): Promise<ImagePage> => http.get<ImagePage>(pathOf(datasetId), { query: { ...filter, order: 'hardest', limit } });

/** The images of numbers behind `after`: a piece of the unfiltered gallery. */
export const imageChunkQuery = (datasetId: string, after: number, limit: number) =>
  queryOptions({
    queryKey: ['images', datasetId, 'numbered', after, limit],
    queryFn: ({ signal }) => imagesAfter(datasetId, {}, { after, limit }, signal),
    staleTime: SIGNED_STALE_MILLISECONDS,
    refetchInterval: ({ state: { data } }) => (data !== undefined && isWaitingForThumbnail(data) ? THUMBNAIL_WAIT_MILLISECONDS : false),
  });

/** The highest number of an image; 0 where there is none. */
export const lastImageQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['images', datasetId, 'last'],
    queryFn: async ({ signal }) => (await http.get<ImagePage>(pathOf(datasetId), { query: { before: HIGHEST_IMAGE, limit: 1 }, signal })).items[0]?.id ?? 0,
  });

export const filteredImagesQuery = (datasetId: string, filter: ImageFilter, limit: number) =>
  infiniteQueryOptions({
    queryKey: ['images', datasetId, 'filtered', filter, limit],
    queryFn: ({ pageParam, signal }) => http.get<ImagePage>(pathOf(datasetId), { query: { ...filter, limit, cursor: pageParam }, signal }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: SIGNED_STALE_MILLISECONDS,
  });

/** The labels of an image as they were in this revision, which never changes. */
export const imageLabelsQuery = (datasetId: string, imageId: number, revision: number) =>
  queryOptions({
    queryKey: ['labels', datasetId, imageId, revision],
    queryFn: ({ signal }) => http.get<ImageLabels>(`datasets/${encodeURIComponent(datasetId)}/annotations/${imageId}`, { signal }),
    staleTime: Infinity,
    gcTime: 60_000,
  });

/** What models propose for an image: looked at anew after a while, since labels and runs change it. */
export const imageSuggestionsQuery = (datasetId: string, imageId: number) =>
  queryOptions({
    queryKey: ['suggestions', datasetId, imageId],
    queryFn: async ({ signal }) => (await http.get<{ items: readonly ImageSuggestion[] }>(`${pathOf(datasetId)}/${imageId}/suggestions`, { signal })).items,
    staleTime: 10_000,
    gcTime: 60_000,
  });

export const membersQuery = (datasetId: string) =>
  queryOptions({ queryKey: ['dataset', datasetId, 'members'], queryFn: async ({ signal }) => (await http.get<{ items: readonly Member[] }>(`datasets/${encodeURIComponent(datasetId)}/members`, { signal })).items });

export const imageQuery = (datasetId: string, imageId: number) => queryOptions({ queryKey: ['image', datasetId, imageId], queryFn: ({ signal }) => http.get<ImageItem>(`${pathOf(datasetId)}/${imageId}`, { signal }) });

/** The classes with their keypoints, and the revision that a change of them needs. */
export const classListQuery = (datasetId: string) => queryOptions({ queryKey: ['classes', datasetId], queryFn: ({ signal }) => http.get<ClassList>(`datasets/${encodeURIComponent(datasetId)}/classes`, { signal }) });
