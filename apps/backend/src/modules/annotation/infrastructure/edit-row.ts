import { imageAnnotatedV1 } from '@app/contracts';
import { classIdsOf, IGNORE_CLASS, liveDigest, type LiveObject } from '@app/dice-format';
import { makeEvent } from '@app/messaging';
import type { LabelEdit } from '../application/ports/annotation-store.port.js';
import type { LabelObject, LabelState } from '../domain/label-object.js';
import type { EditColumn } from './annotation-sql.js';

const asList = (ids: readonly number[]): string => `{${ids.join(',')}}`;
const liveOf = (state: LabelState): readonly LiveObject[] => state.objects as readonly LiveObject[];
const isLabeled = (state: LabelState): number => Number(state.status !== 'unlabeled');

export const NO_CLASSES = asList([]);

/** What an edit writes, column by column. */
export type EditRow = Readonly<Record<EditColumn, string | number | boolean | null>>;

export function rowOf(datasetId: string, edit: LabelEdit): EditRow {
  const { before, after } = edit;
  const [shownBefore, shownAfter] = [classIdsOf(liveOf(before.state)), classIdsOf(liveOf(after))];
  return {
    number: before.number,
    revision: before.state.revision,
    width: before.width,
    height: before.height,
    objects: JSON.stringify(after.objects),
    no_object: after.noObject,
    status: after.status,
    next_object_number: after.nextNumber,
    class_ids: asList(shownAfter),
    object_count: countOf(after.objects),
    labels_digest: liveDigest(liveOf(after), before),
    relabeled: edit.relabeled,
    reviewed: edit.reviewed,
    actor: edit.actor,
    body: bodyOf(edit),
    idempotency_key: edit.repeat?.key ?? null,
    request_hash: edit.repeat?.requestHash ?? null,
    labeled_delta: isLabeled(after) - isLabeled(before.state),
    event: eventHeadOf(datasetId, edit),
    shown: asList(without(shownAfter, shownBefore)),
    hidden: asList(without(shownBefore, shownAfter)),
  };
}

function without(all: readonly number[], some: readonly number[]): number[] {
  return all.filter((id) => !some.includes(id));
}

/** Ignored pixels are no object. */
function countOf(objects: readonly LabelObject[]): number {
  return objects.filter((one) => one.class_id !== IGNORE_CLASS).length;
}

/** Who labeled and who reviewed an image at an earlier position is read from the flags (at-position). */
function bodyOf({ before, after, changes, reason, version, relabeled, reviewed }: LabelEdit): string {
  const why = { ...(reason === undefined ? {} : { reason }), ...(version === undefined ? {} : { version }), ...(relabeled ? { relabeled } : {}), ...(reviewed ? { reviewed } : {}) };
  return JSON.stringify({ changes, status: [before.state.status, after.status], no_object: [before.state.noObject, after.noObject], ...why });
}

/** The JSON of the event up to its position: the statement that gives the position writes it behind, and closes data and event. */
function eventHeadOf(datasetId: string, edit: LabelEdit): string {
  const { data, ...envelope } = eventOf(datasetId, edit);
  const { seq: _, ...known } = data;
  return `${JSON.stringify(envelope).slice(0, -1)},"data":${JSON.stringify(known).slice(0, -1)},"seq":`;
}

function eventOf(datasetId: string, { before, after, changes, actor, correlationId, traceparent }: LabelEdit): ReturnType<typeof makeEvent<typeof imageAnnotatedV1.data>> {
  const added = changes.filter((change) => change.before === null).length;
  const removed = changes.filter((change) => change.after === null).length;
  return makeEvent({
    definition: imageAnnotatedV1,
    source: 'urn:vision:backend',
    subject: `${datasetId}/images/${before.number}`,
    correlationId,
    traceparent,
    aggregateVersion: after.revision,
    data: { dataset_id: datasetId, image_id: before.number, revision: after.revision, author: actor, status: after.status, added, changed: changes.length - added - removed, removed, seq: 0 },
  });
}
