import { bodyOfLive, type ClassTable, IGNORE_CLASS, type LiveObject, type TaskType, withDerivedFields } from '@app/dice-format';
import { isOneObject } from './dice-label-rules.js';
import type { JsonObject, LabelObject, LabelState } from '../domain/label-object.js';
import type { StoredLabels } from './ports/annotation-store.port.js';

/** What tells how labels are shown. */
export interface Shown {
  readonly datasetId: string;
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  readonly classes: ClassTable;
}

/** The labels of one image in the terms of DICE, as clients get them. */
export interface AnnotationAnswer {
  readonly dataset_id: string;
  readonly image_id: number;
  readonly revision: number;
  readonly width: number;
  readonly height: number;
  readonly status: LabelState['status'];
  readonly no_object: boolean;
  /** In tasks of one annotation an image. */
  readonly annotation?: JsonObject | null;
  readonly annotations?: readonly JsonObject[];
  readonly labeled_by: string | null;
  readonly labeled_at: string | null;
  readonly reviewed_by: string | null;
  readonly reviewed_at: string | null;
}

export function annotationAnswer(labels: StoredLabels, state: LabelState, shown: Shown): AnnotationAnswer {
  return {
    ...{ dataset_id: shown.datasetId, image_id: labels.number, revision: state.revision, width: labels.width, height: labels.height },
    ...{ status: state.status, no_object: state.noObject },
    ...contentOf(labels, state, shown),
    ...{ labeled_by: labels.labeledBy, labeled_at: labels.labeledAt?.toISOString() ?? null },
    ...{ reviewed_by: labels.reviewedBy, reviewed_at: labels.reviewedAt?.toISOString() ?? null },
  };
}

function contentOf(labels: StoredLabels, { objects }: LabelState, shown: Shown): Pick<AnnotationAnswer, 'annotation' | 'annotations'> {
  const all = objects.map((object) => objectAnswer(object, shown));
  if (shown.taskType === 'semantic_segmentation') return { annotation: all.length === 0 ? null : { mask: { size: [labels.height, labels.width], classes: all } } };
  return isOneObject(shown) ? { annotation: all[0] ?? null } : { annotations: all };
}

/** One object: its identity, then what label files say of it, then where it comes from. */
export function objectAnswer(object: LabelObject, { taskType, classes }: Pick<Shown, 'taskType' | 'classes'>): JsonObject {
  const { id, number, source, score, model } = object;
  const { id: _, ...body } = taskType === 'semantic_segmentation' ? layerBody(object, classes) : withDerivedFields(bodyOfLive(object as LiveObject), classes.byId.get(object.class_id)?.name);
  return { id, number, ...body, source, ...(score === undefined ? {} : { score }), ...(model === undefined ? {} : { model }) };
}

function layerBody({ class_id, counts }: LabelObject, classes: ClassTable): JsonObject {
  const name = classes.byId.get(class_id)?.name ?? null;
  return class_id === IGNORE_CLASS ? { class_id, counts } : { class_id, class_name: name, counts };
}
