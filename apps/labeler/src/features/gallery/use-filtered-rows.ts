import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { filteredImagesQuery } from '../../api/image-queries.js';
import { inRows, type GalleryRows, type RowRange } from './gallery-rows.js';
import type { GallerySearch } from './gallery-search.js';

const PAGE = 120;
/** The next page is asked for when so few rows are left. */
const MARGIN_ROWS = 3;

/** A filtered gallery grows at its end, page by page; nobody knows how long it is before its end was reached. */
export function useFilteredRows(datasetId: string, search: GallerySearch, { columns, seen }: { readonly columns: number; readonly seen: RowRange }): GalleryRows {
  const query = useInfiniteQuery(filteredImagesQuery(datasetId, search, PAGE));
  const images = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const rows = useMemo(() => inRows(images, columns), [images, columns]);
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const nearEnd = seen.end >= rows.length - MARGIN_ROWS;
  // A page may be empty and yet not the last: then the next one is asked for at once.
  useEffect(() => {
    if (nearEnd && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [nearEnd, hasNextPage, isFetching, isError, fetchNextPage, query.data]);
  const waiting = query.isPending || hasNextPage;
  const empty = useMemo(() => Array.from({ length: columns }, () => null), [columns]);
  return {
    rowCount: rows.length + (waiting ? 2 : 0),
    row: (index) => rows[index] ?? empty,
    map: null,
    error: query.error,
    retry: () => void (query.isFetchNextPageError ? fetchNextPage() : query.refetch()),
    count: { images: images.length, isAll: !waiting },
  };
}
