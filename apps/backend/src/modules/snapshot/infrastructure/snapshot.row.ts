import type { SnapshotFailure, SnapshotHead, SnapshotState, SnapshotTotals, SnapshotZip } from '../domain/snapshot.state.js';

/** A row as pg reads it; it never leaves infrastructure. */
export interface SnapshotRow {
  readonly id: string;
  readonly dataset_id: string;
  readonly version: number;
  readonly parent: number | null;
  readonly position: string;
  readonly head: SnapshotHead | null;
  readonly content_hash: string | null;
  readonly state: SnapshotState['state'];
  readonly zip_state: SnapshotState['zipState'];
  readonly requested_by: string;
  readonly note: string | null;
  readonly tag: string | null;
  readonly key: string | null;
  readonly size_bytes: string | null;
  readonly sha256: string | null;
  readonly region: { readonly images: number; readonly bytes: number; readonly digest: string } | null;
  readonly region_sha256: Buffer | null;
  readonly tail: { readonly key: string; readonly size_bytes: number } | null;
  readonly zip_etag: string | null;
  readonly zip_used_at: Date | null;
  readonly zip_suspected_at: Date | null;
  readonly zip_checked_at: Date | null;
  readonly bytes_moved: string | null;
  readonly bytes_copied: string | null;
  readonly num_images: number;
  readonly num_labeled: number;
  readonly totals: SnapshotTotals | null;
  readonly failure: SnapshotFailure | null;
  readonly created_at: Date;
  readonly completed_at: Date | null;
}

export function stateOf(row: SnapshotRow, waitingJobIds: readonly string[]): SnapshotState {
  return {
    ...{ id: row.id, datasetId: row.dataset_id, version: row.version, parent: row.parent, position: Number(row.position), head: row.head, contentHash: row.content_hash },
    ...{ state: row.state, zipState: row.zip_state, requestedBy: row.requested_by, note: row.note, tag: row.tag, failure: row.failure },
    ...{ numImages: row.num_images, numLabeled: row.num_labeled, totals: row.totals, createdAt: row.created_at, completedAt: row.completed_at },
    ...{ zip: zipOf(row), tail: row.tail === null ? null : { key: row.tail.key, sizeBytes: row.tail.size_bytes }, zipUsedAt: row.zip_used_at },
    ...{ zipSuspectedAt: row.zip_suspected_at, zipCheckedAt: row.zip_checked_at },
    ...{ bytesMoved: numberOf(row.bytes_moved), bytesCopied: numberOf(row.bytes_copied), waitingJobIds },
  };
}

const numberOf = (text: string | null): number | null => (text === null ? null : Number(text));

function zipOf({ key, size_bytes: sizeBytes, sha256, zip_etag: etag, region, region_sha256: sha256State }: SnapshotRow): SnapshotZip | null {
  if (key === null || sizeBytes === null || sha256 === null) return null;
  return { key, sizeBytes: Number(sizeBytes), sha256, etag, region: region === null || sha256State === null ? null : { ...region, sha256State } };
}

/** Column by column. */
export function columnsOf(state: Readonly<SnapshotState>): Readonly<Record<string, unknown>> {
  const { tail } = state;
  return {
    ...{ id: state.id, dataset_id: state.datasetId, version: state.version, parent: state.parent, position: state.position, head: json(state.head), content_hash: state.contentHash },
    ...{ state: state.state, zip_state: state.zipState, requested_by: state.requestedBy, note: state.note, tag: state.tag, failure: json(state.failure) },
    ...{ num_images: state.numImages, num_labeled: state.numLabeled, totals: json(state.totals), created_at: state.createdAt, completed_at: state.completedAt },
    ...zipColumns(state.zip),
    ...{ zip_used_at: state.zipUsedAt, zip_suspected_at: state.zipSuspectedAt, zip_checked_at: state.zipCheckedAt },
    tail: tail === null ? null : json({ key: tail.key, size_bytes: tail.sizeBytes }),
    ...{ bytes_moved: state.bytesMoved, bytes_copied: state.bytesCopied },
  };
}

function zipColumns(zip: SnapshotZip | null): Readonly<Record<string, unknown>> {
  const region = zip?.region ?? null;
  const { key = null, sizeBytes = null, sha256 = null, etag = null } = zip ?? {};
  return {
    ...{ key, size_bytes: sizeBytes, sha256, zip_etag: etag },
    region: region === null ? null : json({ images: region.images, bytes: region.bytes, digest: region.digest }),
    region_sha256: region === null ? null : Buffer.from(region.sha256State),
  };
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
