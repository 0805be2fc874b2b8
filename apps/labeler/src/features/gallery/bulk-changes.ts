import { http, send } from '../../api/http.js';
import { problemOf, type Problem } from '../../api/problem.js';
import type { ImageStatus } from '../../api/image-queries.js';
import type { ImageItem } from '../../api/types.js';

export type Split = ImageItem['split'];
export type BulkChange = { readonly action: 'delete' | 'restore' } | { readonly action: 'split'; readonly split: Split };

/** Few enough that a change shows progress, many enough that ten thousand are quick. */
const BATCH = 500;
/** Labels are changed image by image, so many at a time. */
const AT_ONCE = 4;

type Progress = (done: number) => void;

/** All of them, in batches. Gives how many were changed; those that were so already are not counted. */
export async function changeImages(datasetId: string, ids: readonly number[], change: BulkChange, onProgress: Progress = () => undefined): Promise<number> {
  let changed = 0;
  for (let from = 0; from < ids.length; from += BATCH) {
    const batch = ids.slice(from, from + BATCH);
    changed += (await http.postOnce<{ changed: number }>(`datasets/${datasetId}/images/bulk`, { ...change, ids: batch })).changed;
    onProgress(Math.min(ids.length, from + BATCH));
  }
  return changed;
}

export interface StatusResult {
  readonly changed: number;
  readonly failed: readonly Problem[];
}

/** The status is part of an image's labels, so each is a change of its own: of labels that somebody changed meanwhile nothing is touched. */
export async function changeStatus(datasetId: string, images: readonly ImageItem[], status: ImageStatus, onProgress: Progress): Promise<StatusResult> {
  const waiting = images.filter((image) => image.status !== status);
  const failed: Problem[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let image = waiting[next++]; image !== undefined; image = waiting[next++]) {
      await setStatus(datasetId, image, status).catch((error: unknown) => failed.push(problemOf(error)));
      onProgress(Math.min(next, waiting.length));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { changed: waiting.length - failed.length, failed };
}

const setStatus = (datasetId: string, image: ImageItem, status: ImageStatus): Promise<Response> =>
  send('PATCH', `datasets/${datasetId}/annotations/${image.id}`, { body: { status }, headers: { 'if-match': `"${image.revision}"` } });
