import { z } from 'zod';
import { taskTypeSchema } from '../../common.js';
import type { ModelDefinition } from '../model-catalogue.js';
import { trainerFieldsSchema, trainerHyperparameters } from './trainer-hyperparameters.js';

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/).max(100);
/** What the platform tells a program itself. */
const OWN_VARIABLES = /^VISION_/;

const environmentSchema = z
  .strictObject({
    /** Names of variables of the service that the program gets too. None of the service's own settings can be named here. */
    allow: z.array(variable).max(50).default(['PATH', 'LANG']),
    set: z.record(variable, z.string().max(4096)).default({}),
  })
  .prefault({})
  .refine(({ allow, set }) => [...allow, ...Object.keys(set)].every((one) => !OWN_VARIABLES.test(one)), { message: 'names that begin with VISION_ are the platform\'s' })
  .refine(({ allow }) => !allow.some(isServiceVariable), { message: 'settings and secrets of the service are not handed on' });

function isServiceVariable(name: string): boolean {
  return /^(NATS_|S3_|AWS_|DATABASE_|JWT_|ADMIN_|TRAINERS_|KUBERNETES_|.*(SECRET|PASSWORD|TOKEN|CREDENTIAL).*)/i.test(name);
}

const limits = {
  time_limit_seconds: z.number().int().min(1).max(30 * 86_400).default(86_400),
  memory_limit_bytes: z.number().int().min(64 * MEBIBYTE).default(8 * GIBIBYTE),
};

const commandRunSchema = z.strictObject({
  kind: z.literal('command'),
  /** Program and arguments, as they are: no shell reads them. */
  command: z.array(z.string().min(1).max(4096)).min(1).max(100),
  /** Where the program starts. Left out: the job's own folder. */
  working_directory: z.string().startsWith('/').optional(),
  environment: environmentSchema,
  /** Of all processes of the program together. */
  ...limits,
  max_processes: z.number().int().min(1).max(10_000).default(256),
});

const quantity = z.string().regex(/^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/, 'a quantity of Kubernetes such as 500m or 8Gi');
const tolerationSchema = z.strictObject({
  key: z.string().max(317).optional(),
  operator: z.enum(['Equal', 'Exists']).optional(),
  value: z.string().max(63).optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
  tolerationSeconds: z.number().int().nonnegative().optional(),
});

const kubernetesRunSchema = z.strictObject({
  kind: z.literal('kubernetes'),
  image: z.string().min(1).max(500).regex(/^\S+$/),
  image_pull_policy: z.enum(['IfNotPresent', 'Always', 'Never']).default('IfNotPresent'),
  image_pull_secrets: z.array(z.string().max(253)).max(10).default([]),
  /** Left out: the image's own entry point. */
  command: z.array(z.string().min(1).max(4096)).min(1).max(100).optional(),
  environment: z.strictObject({ set: z.record(variable, z.string().max(4096)).default({}) }).prefault({}).refine(({ set }) => Object.keys(set).every((one) => !OWN_VARIABLES.test(one)), { message: 'names that begin with VISION_ are the platform\'s' }),
  gpus: z.number().int().min(0).max(64).default(0),
  gpu_resource: z.string().max(100).default('nvidia.com/gpu'),
  cpu: quantity.default('1'),
  node_selector: z.record(z.string().max(317), z.string().max(63)).default({}),
  tolerations: z.array(tolerationSchema).max(20).default([]),
  runtime_class: z.string().max(253).optional(),
  /** Disk for the dataset and what the trainer writes. */
  scratch_bytes: z.number().int().min(64 * MEBIBYTE).default(20 * GIBIBYTE),
  /** As /dev/shm, which data loaders of PyTorch need; counts as memory. */
  shared_memory_bytes: z.number().int().min(0).default(GIBIBYTE),
  run_as_user: z.number().int().min(1).max(2_147_483_647).default(10_003),
  ...limits,
});

/** A trainer of the operator's own: what the page shows of it, and how a worker runs it. */
export const trainerSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'lower case letters, digits and -'),
  title: z.string().min(1).max(100),
  task_types: z.array(taskTypeSchema).min(1),
  epochs: z
    .strictObject({ default: z.number().int().min(1).max(10_000).default(20), maximum: z.number().int().min(1).max(10_000).default(1000) })
    .prefault({})
    .refine((epochs) => epochs.default <= epochs.maximum, { message: 'the default is larger than the maximum' }),
  hyperparameters: trainerFieldsSchema,
  /** Layout of the dataset folder: as the platform stores it, or as Ultralytics reads it. */
  dataset: z.enum(['dice', 'yolo']).default('dice'),
  /** Of the models that it writes, and the extension of their files: `onnx` is what the platform can run itself. */
  model_format: z.string().regex(/^[a-z0-9]{1,16}$/).refine((format) => !['ckpt', 'json', 'ndjson'].includes(format), { message: 'files of the platform have this extension' }).default('onnx'),
  run: z.discriminatedUnion('kind', [commandRunSchema, kubernetesRunSchema]),
});
export type Trainer = z.infer<typeof trainerSchema>;
export type CommandRun = z.infer<typeof commandRunSchema>;
export type KubernetesRun = z.infer<typeof kubernetesRunSchema>;

export const trainersFileSchema = z
  .strictObject({ $schema: z.string().optional(), version: z.literal(1), trainers: z.array(trainerSchema).max(100) })
  .superRefine(({ trainers }, context) => {
    for (const [index, { id, dataset, task_types: tasks }] of trainers.entries()) {
      if (trainers.findIndex((one) => one.id === id) !== index) context.addIssue({ code: 'custom', path: ['trainers', index, 'id'], message: 'another trainer has this id' });
      if (dataset === 'yolo' && tasks.includes('semantic_segmentation')) context.addIssue({ code: 'custom', path: ['trainers', index, 'dataset'], message: 'YOLO has no form for semantic masks' });
    }
  });

/** Reads the text of a TRAINERS_FILE. @throws Error with a sentence for each fault. `taken`: ids of built-in models. */
export function parseTrainersFile(text: string, taken: readonly string[]): readonly Trainer[] {
  const parsed = trainersFileSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
  const clash = parsed.data.trainers.find(({ id }) => taken.includes(id));
  if (clash !== undefined) throw new Error(`${clash.id}: a built-in model has this id`);
  return parsed.data.trainers;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error('it is no JSON', { cause: error });
  }
}

/** The trainer as a model of the catalogue. */
export function modelOfTrainer({ id, title, task_types: taskTypes, hyperparameters, epochs }: Trainer): ModelDefinition {
  return { id, title, taskTypes, hyperparameters: trainerHyperparameters(hyperparameters, epochs) };
}
