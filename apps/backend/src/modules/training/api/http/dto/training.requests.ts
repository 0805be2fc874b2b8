import { datasetIdSchema, JOB_KINDS, poolSchema } from '@app/contracts';
import { z } from 'zod';
import { splitRuleFields } from '../../../../dataset/index.js';
import type { StartTrainingInput } from '../../../application/commands/start-training/start-training.command.js';
import { ruleOf } from '../../../application/split-messages.js';
import { JOB_PRIORITIES } from '../../../domain/job-priority.js';
import { JOB_STATES } from '../../../domain/job-state.js';

/** zod leaves a member of this name out of a record without a word; here it is an unknown field like any other. */
const withoutProto = (value: unknown, context: z.RefinementCtx): unknown => {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__')) context.addIssue({ code: 'unrecognized_keys', keys: ['__proto__'], input: { ...value } });
  return value;
};

const prioritySchema = z.enum(JOB_PRIORITIES).describe('before others in the queue; a job rises by one an hour');

/** Values are checked by the model's own schema, so that all findings come in one answer. */
export const startTrainingRequest = z.strictObject({
  dataset_id: datasetIdSchema,
  model: z.string().max(60).optional().describe('default: the first model of the catalogue that fits the task'),
  hyperparameters: z.preprocess(withoutProto, z.record(z.string().max(60), z.union([z.number(), z.string().max(100), z.boolean()])).optional()),
  snapshot_version: z.number().int().positive().max(2_147_483_647).optional().describe('default: the dataset as it is now'),
  priority: prioritySchema.default('normal'),
  pool: poolSchema.optional().describe('the job goes to workers of this pool; default: the pool `default`'),
  split: z.strictObject(splitRuleFields).optional().describe('a rule for this job alone, over all images but those that the dataset keeps to test with; default: the sides and the rule of the dataset'),
  init_from_model: z.uuid().optional().describe('a model of the same task whose weights the training begins with; default: from scratch'),
});
export type StartTrainingRequest = z.infer<typeof startTrainingRequest>;

export function startInputOf({ dataset_id: datasetId, snapshot_version: snapshotVersion, init_from_model: initFromModel, split, ...same }: StartTrainingRequest): StartTrainingInput {
  return { ...same, datasetId, snapshotVersion, initFromModel, ...(split === undefined ? {} : { splitRule: ruleOf(split) }) };
}

export const changeJobRequest = z.strictObject({ priority: prioritySchema });
export type ChangeJobRequest = z.infer<typeof changeJobRequest>;

export const listJobsQuery = z.strictObject({
  dataset_id: datasetIdSchema.optional(),
  state: z.enum(JOB_STATES).optional(),
  kind: z.enum([...JOB_KINDS, 'all']).default('training').describe('trainings, or jobs that use a model'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1000).optional(),
});
export type ListJobsRequest = z.infer<typeof listJobsQuery>;

export const logsQuery = z.strictObject({
  after: z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});
export type LogsRequest = z.infer<typeof logsQuery>;

export const logsResponse = z.object({ items: z.array(z.object({ seq: z.number().int(), at: z.iso.datetime(), line: z.string() })) });
export type LogsResponse = z.infer<typeof logsResponse>;

export const modelListResponse = z.object({
  items: z.array(z.object({ id: z.string(), title: z.string(), task_types: z.array(z.string()), hyperparameters: z.record(z.string(), z.unknown()).describe('JSON Schema') })),
});
export type ModelListResponse = z.infer<typeof modelListResponse>;
