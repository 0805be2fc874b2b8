import { z } from 'zod';
import { datasetIdSchema, sha256Schema, versionSchema } from '../common.js';
import { defineEvent } from '../envelope/cloud-event.js';

const STREAM = 'VISION_SNAPSHOT';
const snapshotRef = { snapshot_id: z.uuid(), dataset_id: datasetIdSchema, version: versionSchema };

export const snapshotRequestedV1 = defineEvent({
  subject: 'vision.snapshot.snapshot.requested.v1',
  stream: STREAM,
  summary: 'A version of a dataset is to be built.',
  data: z.object({ ...snapshotRef, requested_by: z.uuid() }),
});
export type SnapshotRequestedV1 = z.infer<typeof snapshotRequestedV1.data>;

export const snapshotCompletedV1 = defineEvent({
  subject: 'vision.snapshot.snapshot.completed.v1',
  stream: STREAM,
  summary: 'A version is complete and its zip can be read.',
  data: z.object({
    ...snapshotRef,
    sha256: sha256Schema,
    size_bytes: z.number().int().nonnegative(),
    content_hash: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    /** The training jobs that waited for it. */
    waiting_job_ids: z.array(z.uuid()),
  }),
});
export type SnapshotCompletedV1 = z.infer<typeof snapshotCompletedV1.data>;

export const snapshotFailedV1 = defineEvent({
  subject: 'vision.snapshot.snapshot.failed.v1',
  stream: STREAM,
  summary: 'A version could not be built; nothing of it stays behind.',
  data: z.object({ ...snapshotRef, code: z.string(), detail: z.string(), waiting_job_ids: z.array(z.uuid()) }),
});
export type SnapshotFailedV1 = z.infer<typeof snapshotFailedV1.data>;
