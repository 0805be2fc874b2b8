import { TASK_TYPES, taskTypeNames, type TaskType } from '../task-type.js';
import { backgroundMarker, detection, instance, type JsonSchema, label, list, mask, object, orNull, pose, text } from './shape-schemas.js';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
const timestamp: JsonSchema = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d', description: 'ISO 8601, UTC with Z.' };
const contentHash: JsonSchema = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' };
const version: JsonSchema = { anyOf: [{ type: 'integer', minimum: 1 }, text] };
/** 0, null and absent mean: read it from the image. */
const pixels: JsonSchema = { type: ['integer', 'null'], minimum: 0 };
const count: JsonSchema = { type: 'integer', minimum: 0 };

const named = object(
  {
    id: { type: 'integer', minimum: 0 },
    name: text,
    color: orNull({ type: 'string', description: '#RRGGBB' }),
    supercategory: orNull({ type: 'string' }),
    keypoints: { type: ['array', 'null'] },
    skeleton: { type: ['array', 'null'] },
  },
  ['id', 'name'],
);
const backgroundClass: JsonSchema = { anyOf: [object({ id: { const: -1 } }, ['id']), object({ name: { const: '__background__' } }, ['name'])] };

const BODIES: Readonly<Record<TaskType, JsonSchema>> = {
  image_classification: label,
  object_detection: detection,
  instance_segmentation: instance,
  semantic_segmentation: mask,
  pose_estimation: pose,
};

function imageSchema(): JsonSchema {
  const body: JsonSchema = { $ref: '#/$defs/annotation' };
  const properties = {
    id: { type: 'integer', minimum: 1 },
    file_name: { ...text, description: 'POSIX path from the root of the dataset, images/...' },
    ...{ width: pixels, height: pixels, depth: pixels },
    split: { enum: ['train', 'val', 'test', 'none', null] },
    annotation: orNull(body),
    annotations: { anyOf: [list(body), { type: 'null' }] },
    metadata: object({ status: { enum: ['unlabeled', 'labeled', 'reviewed'] }, no_object: { type: 'boolean' } }),
  };
  return object(properties, ['id', 'file_name']);
}

/** One label an image, unless the file says otherwise. */
const ONE_LABEL: JsonSchema = {
  if: { properties: { multi_label: { const: true } }, required: ['multi_label'] },
  else: { properties: { images: { items: { properties: { annotations: { maxItems: 1 } } } } } },
};

function annotationsSchema(task: TaskType): JsonSchema {
  const properties = {
    format_version: { enum: ['1.0', '1.1'] },
    dataset_id: text,
    dataset_name: text,
    task_type: { enum: taskTypeNames(task) },
    multi_label: { type: 'boolean' },
    created_at: timestamp,
    last_modified_at: timestamp,
    version,
    content_hash: contentHash,
    classes: list({ anyOf: [named, backgroundClass] }),
    splits: { type: 'object', description: 'Derived, never trusted.' },
    statistics: { type: 'object', description: 'Derived, never trusted.' },
    split_config: { type: 'object' },
    storage_info: { type: 'object' },
    images: list({ $ref: '#/$defs/image' }),
  };
  const required = ['format_version', 'dataset_id', 'dataset_name', 'task_type', 'created_at', 'last_modified_at', 'version', 'content_hash', 'classes', 'images'];
  const body = task === 'semantic_segmentation' ? mask : { anyOf: [BODIES[task], backgroundMarker] };
  return {
    $schema: DRAFT,
    $id: `urn:vision-platform:dice:1.0:${slugOf(task)}`,
    title: `DICE 1.0 annotations.json, ${task}`,
    ...object(properties, required),
    ...(task === 'image_classification' ? ONE_LABEL : {}),
    $defs: { image: imageSchema(), annotation: body },
  };
}

function metaSchema(): JsonSchema {
  const properties = {
    dataset_id: text,
    dataset_name: text,
    format_version: { enum: ['1.0', '1.1'] },
    task_type: { enum: [...new Set(TASK_TYPES.flatMap(taskTypeNames))] },
    version,
    content_hash: contentHash,
    last_modified_at: timestamp,
    ...{ total_images: count, labeled_images: count, num_classes: count },
  };
  return { $schema: DRAFT, $id: 'urn:vision-platform:dice:1.0:meta', title: 'DICE 1.0 meta.json', ...object(properties) };
}

const slugOf = (task: TaskType): string => task.replaceAll('_', '-');

/** File name under docs/schemas of the schema of a task's annotations.json. */
export function annotationsSchemaFile(task: TaskType): string {
  return `dice-1.0-${slugOf(task)}.schema.json`;
}

export const META_SCHEMA_FILE = 'dice-1.0-meta.schema.json';

/**
 * The JSON Schemas (draft 2020-12) of the format by file name: one for the annotations.json of each task, one for meta.json. They say what a schema can:
 * the validator also compares ids, names, sizes and files with each other.
 */
export function diceSchemas(): ReadonlyMap<string, JsonSchema> {
  return new Map([...TASK_TYPES.map((task) => [annotationsSchemaFile(task), annotationsSchema(task)] as const), [META_SCHEMA_FILE, metaSchema()]]);
}
