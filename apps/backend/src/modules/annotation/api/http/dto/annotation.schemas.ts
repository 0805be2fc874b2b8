import { datasetIdSchema } from '@app/contracts';
import { z } from 'zod';
import type { DocumentPatch, ObjectsPatch } from '../../../domain/document-patch.js';
import { MAX_OBJECTS } from '../../../domain/annotation-document.js';
import type { JsonObject } from '../../../domain/label-object.js';
import { LARGEST_OBJECT_NUMBER } from '../../../domain/object-draft.js';

const LABEL_STATUSES = ['unlabeled', 'labeled', 'reviewed'] as const;
const LARGEST_IMAGE_ID = 2_147_483_647;

/** The integers of DICE; `000005` is 5. */
const imageIdSchema = z
  .string()
  .regex(/^0{0,10}[1-9][0-9]{0,9}$/, 'an integer from 1')
  .refine((text) => Number(text) <= LARGEST_IMAGE_ID, 'an integer from 1')
  .transform(Number);

export const imagePath = z.object({ id: datasetIdSchema, image_id: imageIdSchema });
export type ImagePathValue = z.infer<typeof imagePath>;

/** Kept as it came: what an object may have is the task's, and is checked with the image at hand. */
const body = z
  .custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'an object')
  .meta({
    type: 'object',
    description:
      'Fields by task: class_id; bbox [x, y, width, height]; segmentation [[x1, y1, ...]] or {size, counts}; keypoints [x, y, v, ...]; attributes {}; confidence; iscrowd; mask {size: [height, width], classes: [{class_id, counts}]}; id (UUID, or the integer id of DICE); source, score, model',
  });

export const patchRequest = z
  .strictObject({
    annotation: body.nullable().optional().describe('one object, or the mask: see the description of the route'),
    annotations: z.array(z.unknown()).max(MAX_OBJECTS).optional().describe('takes the place of the list'),
    changes: z.array(z.strictObject({ id: z.union([z.uuid(), z.number().int().min(1).max(LARGEST_OBJECT_NUMBER)]), after: body.nullable() })).max(MAX_OBJECTS).optional(),
    no_object: z.boolean().optional().describe('looked at, and there is nothing of the classes in it'),
    status: z.enum(LABEL_STATUSES).optional().describe('reviewed needs the role of a reviewer'),
  })
  .refine((patch) => Object.values(patch).some((value) => value !== undefined), 'at least one field')
  .refine((patch) => [patch.annotation, patch.annotations, patch.changes].filter((value) => value !== undefined).length <= 1, 'one of annotation, annotations and changes');
export type PatchRequest = z.infer<typeof patchRequest>;

export function patchOf({ annotation, annotations, changes, no_object: noObject, status }: PatchRequest): DocumentPatch {
  return { objects: objectsOf({ annotation, annotations, changes }), noObject, status };
}

function objectsOf({ annotation, annotations, changes }: Pick<PatchRequest, 'annotation' | 'annotations' | 'changes'>): ObjectsPatch | undefined {
  if (annotation !== undefined) return { form: 'annotation', body: annotation };
  if (annotations !== undefined) return { form: 'annotations', bodies: annotations };
  return changes === undefined ? undefined : { form: 'changes', changes };
}

export const restoreRequest = z.strictObject({ revision: z.number().int().min(1).max(LARGEST_IMAGE_ID) });
export type RestoreRequest = z.infer<typeof restoreRequest>;

export const annotationsQuery = z.strictObject({ revision: z.coerce.number().int().min(1).max(LARGEST_IMAGE_ID).optional().describe('the labels as they were; left out: as they are') });
export type AnnotationsRequest = z.infer<typeof annotationsQuery>;

export const historyQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(2_000).optional() });
export type HistoryRequest = z.infer<typeof historyQuery>;

const object = z.record(z.string(), z.unknown());
const who = z.uuid().nullable();
const when = z.string().nullable().describe('ISO 8601, UTC');

export const annotationResponse = z.object({
  dataset_id: datasetIdSchema,
  image_id: z.number().int(),
  revision: z.number().int().describe('also the ETag'),
  width: z.number().int().describe('of the upright image, pixels'),
  height: z.number().int(),
  status: z.enum(LABEL_STATUSES),
  no_object: z.boolean(),
  annotation: object.nullable().optional().describe('in tasks of one annotation an image; a semantic mask is {mask: {size, classes}}'),
  annotations: z.array(object).optional().describe('objects: id, number, class_id, class_name, source and what the task has'),
  labeled_by: who,
  labeled_at: when,
  reviewed_by: who,
  reviewed_at: when,
});

export const historyResponse = z.object({
  items: z.array(
    z.object({
      revision: z.number().int(),
      at: z.string(),
      by: z.object({ id: z.uuid(), name: z.string().nullable() }).nullable(),
      kind: z.string().describe('annotated, or added for what the image came with'),
      reason: z.string().nullable().describe('restore, import ...; null where a person edited'),
      changes: z.array(z.object({ id: z.string(), before: object.nullable(), after: object.nullable() })),
      status: z.object({ before: z.enum(LABEL_STATUSES), after: z.enum(LABEL_STATUSES) }).nullable(),
      no_object: z.object({ before: z.boolean(), after: z.boolean() }).nullable(),
    }),
  ),
  next_cursor: z.string().nullable(),
});
export type HistoryResponse = z.infer<typeof historyResponse>;
