import { classIdsOf, IGNORE_CLASS, liveDigest, type LiveObject } from '@app/dice-format';
import { labelsBefore, type RevisionChange } from '../../domain/earlier-labels.js';
import type { LabelObject, LabelStatus } from '../../domain/label-object.js';
import { revisionChangeOf, type ChangeRow } from '../label-row.js';

/** A row of the image table as JSON; columns that do not change with a position are handed on as they are. */
export interface ImageRowJson {
  readonly number: number;
  readonly file_name: string;
  readonly width: number;
  readonly height: number;
  readonly split: 'train' | 'val' | 'test' | null;
  readonly status: LabelStatus;
  readonly no_object: boolean;
  readonly revision: number;
  readonly next_object_number: number;
  readonly objects: readonly LabelObject[];
  readonly removed_seq: number | null;
  readonly sha256: string;
  readonly object_key: string | null;
  readonly size_bytes: number;
  readonly crc32: number | null;
  readonly depth: number;
  readonly format: string;
  readonly orientation: number;
  readonly labels_digest: string | null;
  readonly labeled_by: string | null;
  readonly labeled_at: string | null;
  readonly reviewed_by: string | null;
  readonly reviewed_at: string | null;
  readonly [column: string]: unknown;
}

/** A change behind the position. */
export interface LaterChange {
  readonly kind: string;
  readonly seq: number;
  readonly revision: number | null;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ActorAndTime {
  readonly actor: string;
  readonly at: string;
}

export interface RowHistory {
  readonly row: ImageRowJson;
  /** Newest first. */
  readonly later: readonly LaterChange[];
  /** The last ones that are not later. */
  readonly labeled: ActorAndTime | null;
  readonly reviewed: ActorAndTime | null;
}

/** The row as it was at a position. An image that did not belong to the dataset then has a `removed_seq`. */
export function rowAtPosition({ row, later, labeled, reviewed }: RowHistory): ImageRowJson {
  const file = later.reduce(fileBefore, row);
  const revisions = later.flatMap(relabelingOf);
  return revisions.length === 0 ? file : { ...file, ...labelsAt(file, revisions), ...people({ labeled, reviewed }, statusBefore(revisions)) };
}

/** What a later change says of the file, the split and the time in the dataset before it. */
function fileBefore(row: ImageRowJson, { kind, seq, body }: LaterChange): ImageRowJson {
  switch (kind) {
    case 'image-replaced':
      return { ...row, ...fileOf(body['before'] as Readonly<Record<string, unknown>>) };
    case 'split':
      return { ...row, split: body['before'] as ImageRowJson['split'] };
    case 'image-removed':
      return { ...row, removed_seq: null };
    case 'image-added':
    case 'image-restored':
      return { ...row, removed_seq: seq };
    default:
      return row;
  }
}

function fileOf(before: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { key, sha256, ...same } = before;
  return { ...same, object_key: key, sha256: `\\x${String(sha256)}`, state: 'ready' };
}

function relabelingOf({ kind, revision, body }: LaterChange): RevisionChange[] {
  return kind === 'annotated' && revision !== null ? [revisionChangeOf({ revision, body: body as ChangeRow['body'] })] : [];
}

function statusBefore(revisions: readonly RevisionChange[]): LabelStatus {
  return revisions.at(-1)?.status[0] ?? 'unlabeled';
}

function labelsAt(file: ImageRowJson, revisions: readonly RevisionChange[]): Readonly<Record<string, unknown>> {
  const { revision, status, no_object: noObject, next_object_number: nextNumber } = file;
  const state = labelsBefore({ revision, status, noObject, nextNumber, objects: file.objects }, revisions);
  const objects = state.objects as readonly LiveObject[];
  return {
    ...{ revision: state.revision, status: state.status, no_object: state.noObject, objects, class_ids: classIdsOf(objects) },
    object_count: objects.filter((one) => one.class_id !== IGNORE_CLASS).length,
    labels_digest: `\\x${liveDigest(objects, file)}`,
  };
}

function people({ labeled, reviewed }: Pick<RowHistory, 'labeled' | 'reviewed'>, status: LabelStatus): Readonly<Record<string, unknown>> {
  const reviewer = status === 'reviewed' ? reviewed : null;
  return { labeled_by: labeled?.actor ?? null, labeled_at: labeled?.at ?? null, reviewed_by: reviewer?.actor ?? null, reviewed_at: reviewer?.at ?? null };
}
