import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { Principal } from '../../../platform/auth/principal.js';
import type { PublicChange } from './ports/dataset-change-reader.port.js';
import type { ImportView } from './ports/import-queue.port.js';
import { ReadChangesQuery, type ChangesBehind } from './queries/read-changes/read-changes.query.js';

export type DatasetFeedEvent =
  /** Where the feed begins; also when so much was missed that the reader had better load the dataset anew. */
  | { readonly kind: 'position'; readonly seq: number; readonly missed: boolean }
  | { readonly kind: 'change'; readonly change: PublicChange }
  | { readonly kind: 'import'; readonly seq: number; readonly import: ImportView };

const LOOK_AGAIN_MILLISECONDS = 1_000;
/** Who missed more is told so instead of being told each. */
const MOST_MISSED = 10_000;

/**
 * A dataset as it changes, from a position on or from now; every event has the position at which a reader that comes back goes on. Yields null once,
 * when the permission was asked for and nothing was told yet.
 */
@Injectable()
export class DatasetFeed {
  constructor(private readonly queries: QueryBus) {}

  async *follow(principal: Principal, datasetId: string, options: { readonly from: number | null; readonly signal: AbortSignal }): AsyncIterable<DatasetFeedEvent | null> {
    await this.queries.execute(new ReadChangesQuery(principal, datasetId, null));
    yield null;
    let seq = options.from;
    const told = new Map<string, number>();
    while (!options.signal.aborted) {
      const behind = await this.queries.execute(new ReadChangesQuery(principal, datasetId, seq));
      const begin = beginOf(seq, behind.position);
      if (begin !== null) yield begin;
      seq = begin?.seq ?? seq ?? behind.position;
      for (const change of begin === null ? behind.changes : []) {
        yield { kind: 'change', change };
        seq = change.seq;
      }
      yield* importsOf(behind, { seq, told });
      if (behind.changes.length === 0 || begin !== null) await sleep(LOOK_AGAIN_MILLISECONDS, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

/** A position from the future is of another life of the database: begin anew. */
function beginOf(seq: number | null, position: number): Extract<DatasetFeedEvent, { kind: 'position' }> | null {
  if (seq === null) return { kind: 'position', seq: position, missed: false };
  return position - seq > MOST_MISSED || seq > position ? { kind: 'position', seq: position, missed: true } : null;
}

/** Imports that moved since they were last told; those that ended before the feed began are old news. */
function* importsOf(behind: ChangesBehind, feed: { readonly seq: number; readonly told: Map<string, number> }): Iterable<DatasetFeedEvent> {
  for (const one of behind.imports) {
    const at = one.updatedAt.getTime();
    const before = feed.told.get(one.id);
    feed.told.set(one.id, at);
    const live = one.state === 'waiting' || one.state === 'running';
    if (before === undefined ? live : before !== at) yield { kind: 'import', seq: feed.seq, import: one };
  }
}
