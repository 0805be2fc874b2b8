import type { Problem } from '../../api/problem.js';
import type { UploadView } from '../../api/types.js';
import { addSample, rateOf, secondsLeft, type Sample } from './rate-meter.js';

export type UploadPhase = 'waiting' | 'sending' | 'checking' | 'done' | 'refused' | 'failed' | 'cancelled';

/** One file on its way: sent by this page, then checked by the server. */
export interface UploadItem {
  /** The `Upload-Id` that the server knows it by; a new one for each try. */
  readonly id: string;
  readonly fileName: string;
  readonly totalBytes: number;
  readonly phase: UploadPhase;
  readonly sentBytes: number;
  readonly samples: readonly Sample[];
  readonly checkedEntries: number;
  readonly totalEntries: number | null;
  readonly datasetId: string | null;
  readonly problem: Problem | null;
}

export type UploadEvent =
  | { readonly kind: 'started'; readonly atMilliseconds: number }
  | { readonly kind: 'sent'; readonly bytes: number; readonly atMilliseconds: number }
  | { readonly kind: 'all-sent' }
  | { readonly kind: 'server-told'; readonly view: UploadView }
  | { readonly kind: 'registered'; readonly datasetId: string }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'failed'; readonly problem: Problem }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'again'; readonly id: string };

export function newUpload(id: string, file: { readonly name: string; readonly size: number }): UploadItem {
  return { id, fileName: file.name, totalBytes: file.size, phase: 'waiting', sentBytes: 0, samples: [], checkedEntries: 0, totalEntries: null, datasetId: null, problem: null };
}

export const isOver = (phase: UploadPhase): boolean => phase === 'done' || phase === 'refused' || phase === 'failed' || phase === 'cancelled';
export const isUnderWay = (phase: UploadPhase): boolean => phase === 'sending' || phase === 'checking';

/** What is over stays as it is, whatever comes late; only `again` begins anew, and not after success. */
export function nextUpload(item: UploadItem, event: UploadEvent): UploadItem {
  if (event.kind === 'again') return begunAnew(item, event.id);
  return isOver(item.phase) ? item : moved(item, event);
}

const begunAnew = (item: UploadItem, id: string): UploadItem => (isOver(item.phase) && item.phase !== 'done' ? newUpload(id, { name: item.fileName, size: item.totalBytes }) : item);

function moved(item: UploadItem, event: Exclude<UploadEvent, { kind: 'again' }>): UploadItem {
  switch (event.kind) {
    case 'started':
      return { ...item, phase: 'sending', samples: [{ atMilliseconds: event.atMilliseconds, bytes: 0 }] };
    case 'sent':
      return sent(item, event);
    case 'all-sent':
      return { ...item, phase: 'checking', sentBytes: item.totalBytes };
    case 'server-told':
      return { ...item, checkedEntries: Math.max(item.checkedEntries, event.view.checked_entries), totalEntries: event.view.total_entries ?? item.totalEntries };
    case 'registered':
      return { ...item, phase: 'done', sentBytes: item.totalBytes, datasetId: event.datasetId };
    case 'refused':
    case 'failed':
      return { ...item, phase: event.kind, problem: event.problem };
    case 'cancelled':
      return { ...item, phase: 'cancelled' };
  }
}

/** The form around the file counts as sent bytes too, hence the cap; a late event never goes back. */
function sent(item: UploadItem, event: { readonly bytes: number; readonly atMilliseconds: number }): UploadItem {
  if (item.phase !== 'sending') return item;
  const sentBytes = Math.max(item.sentBytes, Math.min(event.bytes, item.totalBytes));
  return { ...item, sentBytes, samples: addSample(item.samples, { atMilliseconds: event.atMilliseconds, bytes: sentBytes }) };
}

export interface UploadFigures {
  /** 0..1 of the present phase; null where nobody can know. */
  readonly fraction: number | null;
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

export function figuresOf(item: UploadItem): UploadFigures {
  if (item.phase === 'checking') {
    const fraction = item.totalEntries === null || item.totalEntries === 0 ? null : item.checkedEntries / item.totalEntries;
    return { fraction, bytesPerSecond: null, secondsLeft: null };
  }
  const bytesPerSecond = rateOf(item.samples);
  const fraction = item.totalBytes === 0 ? 0 : item.sentBytes / item.totalBytes;
  return { fraction: item.phase === 'done' ? 1 : fraction, bytesPerSecond, secondsLeft: secondsLeft(item.totalBytes - item.sentBytes, bytesPerSecond) };
}

/** Those that may start now: first come, first served, so many at a time. */
export function startable(items: readonly UploadItem[], atOnce: number): readonly UploadItem[] {
  const free = atOnce - items.filter((item) => isUnderWay(item.phase)).length;
  return items.filter((item) => item.phase === 'waiting').slice(0, Math.max(0, free));
}

export type LocalRefusal = 'not-a-zip' | 'empty';

/** What this page can tell before a byte is sent. The server decides on everything else. */
export function localRefusal(file: { readonly name: string; readonly size: number }): LocalRefusal | null {
  if (!/\.zip$/i.test(file.name)) return 'not-a-zip';
  return file.size === 0 ? 'empty' : null;
}
