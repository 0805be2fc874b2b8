import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { imageChunkQuery, lastImageQuery } from '../../api/image-queries.js';
import type { ImageItem } from '../../api/types.js';
import type { GalleryRows, RowRange } from './gallery-rows.js';
import { chunkSizeFor, RowMap } from './row-map.js';

/** A gallery without a filter: any place of it can be gone to, because its position maps to the images' numbers. */
export function useNumberedRows(datasetId: string, total: number, { columns, seen }: { readonly columns: number; readonly seen: RowRange }): GalleryRows {
  const client = useQueryClient();
  const size = chunkSizeFor(columns);
  const last = useQuery(lastImageQuery(datasetId));
  const counts = useCounts(`${datasetId} ${size}`);
  const lastNumber = last.data ?? 0;
  const ahead = new RowMap({ lastNumber, columns, chunkSize: size, counts });
  const chunks = lastNumber === 0 ? [] : chunksOf(ahead, seen);
  const queries = useQueries({ queries: chunks.map((chunk) => imageChunkQuery(datasetId, chunk * size, size)) });
  const loaded = new Map<number, readonly ImageItem[]>();
  queries.forEach((query, index) => {
    const chunk = chunks[index] ?? 0;
    if (query.data !== undefined) loaded.set(chunk, query.data.items.filter((image) => image.id <= (chunk + 1) * size));
  });
  for (const [chunk, images] of loaded) counts.set(chunk, images.length);
  const signature = [...counts].map(([chunk, count]) => `${chunk}:${count}`).join();
  const map = useMemo(() => new RowMap({ lastNumber, columns, chunkSize: size, counts: new Map(counts) }), [lastNumber, columns, size, signature]);
  const imagesOf = (chunk: number): readonly ImageItem[] | undefined =>
    loaded.get(chunk) ?? client.getQueryData(imageChunkQuery(datasetId, chunk * size, size).queryKey)?.items.filter((image) => image.id <= (chunk + 1) * size);
  const failed = last.isError ? last : queries.find((query) => query.isError);
  return {
    rowCount: last.isPending ? 2 : map.rowCount,
    row: (index) => {
      const { chunk, rowInChunk } = map.place(index);
      const images = imagesOf(chunk);
      const slots = Math.min(columns, map.slotsOf(chunk) - rowInChunk * columns);
      return images?.slice(rowInChunk * columns, (rowInChunk + 1) * columns) ?? Array.from({ length: Math.max(0, last.isPending ? columns : slots) }, () => null);
    },
    map,
    error: failed?.error ?? null,
    retry: () => void (failed === undefined ? undefined : failed.refetch()),
    count: { images: total, isAll: true },
  };
}

/** How many images the pieces have that were read so far, of this dataset in this division. */
function useCounts(division: string): Map<number, number> {
  const kept = useRef({ division, counts: new Map<number, number>() });
  if (kept.current.division !== division) kept.current = { division, counts: new Map() };
  return kept.current.counts;
}

function chunksOf(map: RowMap, { first, end }: RowRange): readonly number[] {
  const from = map.place(Math.max(0, Math.min(first, map.rowCount - 1))).chunk;
  const to = map.place(Math.max(0, Math.min(end, map.rowCount) - 1)).chunk;
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
