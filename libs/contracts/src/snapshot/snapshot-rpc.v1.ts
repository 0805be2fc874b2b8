import { z } from 'zod';
import { datasetIdSchema, versionSchema } from '../common.js';
import { defineRpc } from '../envelope/cloud-event.js';

export const createSnapshotRpcV1 = defineRpc({
  subject: 'vision.snapshot.rpc.create.v1',
  summary: 'The same as POST datasets/{id}/snapshots, for NATS users.',
  request: z.object({ api_key: z.string().max(200), dataset_id: datasetIdSchema, body: z.unknown() }),
  reply: z.object({ id: z.uuid(), dataset_id: datasetIdSchema, version: versionSchema, state: z.string() }).loose(),
});
