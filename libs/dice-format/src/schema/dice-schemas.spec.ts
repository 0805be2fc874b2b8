import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateDemoDataset, type PackageFile } from '../demo-dataset.js';
import { toDicePackage, type ConvertedDataset } from '../dice-package.js';
import { encodePng } from '../indexed-png.js';
import { TASK_TYPES, type TaskType } from '../task-type.js';
import { filesOf, randomModel } from '../testing/random-models.js';
import { validatedPackage } from '../testing/validated-package.js';
import { annotationsSchemaFile, diceSchemas, META_SCHEMA_FILE } from './dice-schemas.js';

type Json = Record<string, unknown>;
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
// The committed files are what others use; that they are fresh is checked here as by `npm run dice-schemas -- --check`.
const committed = new Map([...diceSchemas().keys()].map((name) => [name, JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../../docs/schemas', name), 'utf8')) as Json]));
const compiled = new Map([...committed].map(([name, schema]) => [name, ajv.compile(schema)]));

function problems(name: string, document: unknown): unknown {
  const validate = compiled.get(name);
  if (validate === undefined) throw new Error(`no schema ${name}`);
  return validate(document) ? [] : validate.errors;
}

const parsed = (files: readonly PackageFile[], name: string): unknown => JSON.parse(Buffer.from(files.find((file) => file.name === name)?.bytes ?? []).toString());

function expectValid(task: TaskType, files: readonly PackageFile[]): void {
  expect(problems(annotationsSchemaFile(task), parsed(files, 'annotations.json'))).toEqual([]);
  expect(problems(META_SCHEMA_FILE, parsed(files, 'meta.json'))).toEqual([]);
}

const PICTURE = encodePng(new Uint8Array(10 * 8 * 3), { width: 10, height: 8, channels: 3 });
const MASK = encodePng(new Uint8Array(10 * 8).fill(1), { width: 10, height: 8, channels: 1 });

const BODIES: Readonly<Record<TaskType, Json>> = {
  image_classification: { annotation: { class_id: 0 } },
  object_detection: { annotations: [{ class_id: 0, bbox: [1, 1, 4, 4] }] },
  instance_segmentation: { annotations: [{ class_id: 0, bbox: [1, 1, 4, 4], segmentation: [[1, 1, 5, 1, 5, 5]] }] },
  semantic_segmentation: { annotation: { mask_file: 'masks/a.png', mask_format: 'indexed_png', num_classes: 1 } },
  pose_estimation: { annotations: [{ class_id: 0, bbox: [1, 1, 4, 4], keypoints: [1, 1, 2] }] },
};

interface Change {
  readonly top?: Json;
  readonly image?: Json;
  /** Merged into the first annotation. */
  readonly annotation?: Json;
  readonly meta?: Json;
}

function packageOf(task: TaskType, change: Change): PackageFile[] {
  const changed = (one: unknown): Json => ({ ...(one as Json), ...change.annotation });
  const { annotation, annotations } = BODIES[task];
  const body = Array.isArray(annotations) ? { annotations: annotations.map(changed) } : { annotation: changed(annotation) };
  const label = {
    ...{ format_version: '1.0', dataset_id: 'd', dataset_name: 'n', task_type: task, created_at: '2025-01-01T00:00:00Z', last_modified_at: '2025-01-01T00:00:00Z' },
    ...{ version: 1, content_hash: `sha256:${'0'.repeat(64)}`, classes: [{ id: 0, name: 'cat' }] },
    images: [{ id: 1, file_name: 'images/a.png', width: 10, height: 8, ...body, ...change.image }],
    ...change.top,
  };
  return [
    { name: 'annotations.json', bytes: Buffer.from(JSON.stringify(label)) },
    { name: 'meta.json', bytes: Buffer.from(JSON.stringify({ total_images: 1, ...change.meta })) },
    { name: 'images/a.png', bytes: PICTURE },
    ...(task === 'semantic_segmentation' ? [{ name: 'masks/a.png', bytes: MASK }] : []),
  ];
}

const TOP: readonly Change[] = ['format_version', 'dataset_id', 'dataset_name', 'task_type', 'created_at', 'last_modified_at', 'version', 'content_hash', 'classes', 'images'].flatMap((field) => [
  { top: { [field]: undefined } },
  { top: { [field]: null } },
  { top: { [field]: { of: 'another type' } } },
]);
const EVERY_TASK: readonly Change[] = [
  ...TOP,
  ...[{ format_version: '2.0' }, { task_type: 'counting' }, { version: 0 }, { version: 1.5 }, { content_hash: 'sha256:ABC' }, { created_at: 'yesterday' }, { dataset_name: '' }].map((top) => ({ top })),
  ...[[{ id: -2, name: 'cat' }], [{ id: 0 }], [{ id: 0, name: '' }], [{ id: '0', name: 'cat' }], ['cat']].map((classes) => ({ top: { classes } })),
  ...[{ id: 0 }, { id: 1.5 }, { id: '1' }, { file_name: '' }, { file_name: 7 }, { width: -1 }, { width: 1.5 }, { height: '8' }, { split: 'valid' }, { annotation: 'cat' }].map((image) => ({ image })),
  ...[{ annotation: undefined, annotations: 'cat' }, { annotation: undefined, annotations: ['cat'] }, { metadata: { status: 'done' } }].map((image) => ({ image })),
];
const OBJECTS: readonly Change[] = [
  ...[[1, 1, 4], [1, 1, 4, 4, 4], [1, 1, 0, 4], [1, 1, 4, -1], [-2, 1, 4, 4], ['1', 1, 4, 4], null, {}].map((bbox) => ({ annotation: { bbox } })),
  ...[{ class_id: undefined }, { class_id: '0' }, { class_id: 0.5 }, { confidence: 2 }, { confidence: 'high' }, { bbox_format: 'xyxy' }, { iscrowd: 2 }].map((annotation) => ({ annotation })),
];
const BROKEN: Readonly<Record<TaskType, readonly Change[]>> = {
  image_classification: [{ annotation: { class_id: undefined } }, { annotation: { confidence: -1 } }, { image: { annotation: undefined, annotations: [{ class_id: 0 }, { class_id: 0 }] } }],
  object_detection: OBJECTS,
  instance_segmentation: [
    ...OBJECTS,
    ...[undefined, null, [], [[1, 1, 2, 2]], [[1, 1, 2, 2, '3', 3]], [[-2, 1, 2, 2, 3, 3]], { size: [8, 10] }, { counts: [80] }, { size: [8], counts: [80] }, { size: [8, 10], counts: [-1, 81] }].map((segmentation) => ({ annotation: { segmentation } })),
  ],
  semantic_segmentation: [{ annotation: { mask_file: undefined } }, { annotation: { mask_file: '' } }, { annotation: { mask_file: 1 } }, { annotation: { mask_format: 'rle' } }],
  pose_estimation: [...OBJECTS, ...[undefined, null, [], [1, 1], ['1', 1, 2], [[1, 1, 3]], [[1, 1]]].map((keypoints) => ({ annotation: { keypoints } }))],
};
const ACCEPTED: Readonly<Record<TaskType, readonly Change[]>> = {
  image_classification: [
    { top: { task_type: 'cls', version: 'v1.0', format_version: '1.1' } },
    { image: { annotation: null, annotations: [{ class_id: 0, class_name: 'cat', confidence: 0.5 }], split: 'none', width: 0, height: null, metadata: { status: 'reviewed' } } },
    { top: { multi_label: true, classes: [{ id: 0, name: 'cat', color: null, supercategory: 'pet' }, { id: 1, name: 'dog' }] }, image: { annotation: undefined, annotations: [{ class_id: 0 }, { class_id: 1 }] } },
    { annotation: { class_id: -1 } },
  ],
  object_detection: [{ top: { task_type: 'det' } }, { annotation: { iscrowd: true, bbox: [-0.5, 0, 4, 4], attributes: { occluded: true } } }, { annotation: { class_id: -1, bbox: null } }, { top: { classes: [{ id: 0, name: 'cat' }, { id: -1, name: '__background__' }] } }],
  instance_segmentation: [{ top: { task_type: 'seg' } }, { annotation: { segmentation: { size: [8, 10], counts: [40, 40] } } }, { annotation: { segmentation: { size: [8, 10], counts: 'X1X1' } } }],
  semantic_segmentation: [{ top: { task_type: 'seg' } }, { image: { annotation: null } }],
  pose_estimation: [{ top: { task_type: 'keypoints' } }, { annotation: { keypoints: [[1, 1, 2], [0, 0, 0]] } }],
};
const META: readonly Json[] = [{ total_images: '1' }, { total_images: -1 }, { num_classes: 1.5 }, { task_type: 'counting' }];

describe('the JSON Schemas of the format', () => {
  it('in docs/schemas are those of the code', () => {
    expect(committed).toEqual(new Map([...diceSchemas()].map(([name, schema]) => [name, JSON.parse(JSON.stringify(schema))])));
  });

  it('take the demo dataset and what is put together in memory', () => {
    expectValid('image_classification', generateDemoDataset({ images: 8 }).entries);
    const dataset = (taskType: TaskType, annotations: readonly Json[]): ConvertedDataset => {
      const images = annotations.map((one, at) => ({ file: { path: `images/${at}.png`, bytes: PICTURE }, split: null, labeled: true, annotations: () => [one] }));
      return { name: 'n', createdAt: '2026-01-01T00:00:00Z', taskType, classNames: ['cat', 'dog'], images: [...images, { file: { path: 'images/last.png', bytes: PICTURE }, split: 'train', labeled: false, annotations: () => [] }], notes: [] };
    };
    const shape = { id: 1, class_id: 0, bbox: [1, 1, 4, 4], iscrowd: 0, attributes: {} };
    const sets: readonly ConvertedDataset[] = [
      dataset('image_classification', [{ class_id: 0, confidence: 1 }, { class_id: 1, confidence: 1 }]),
      dataset('object_detection', [shape]),
      dataset('instance_segmentation', [{ ...shape, segmentation: [[1, 1, 5, 1, 5, 5]] }]),
    ];
    for (const set of sets) expectValid(set.taskType, toDicePackage(set).entries);
  });

  it.each(TASK_TYPES)('take what is written of random datasets of %s', (task) => {
    fc.assert(fc.property(randomModel(task), (model) => expectValid(task, filesOf(model))), { numRuns: 40 });
  });

  it.each(TASK_TYPES)('take a document of %s that an upload takes', async (task) => {
    for (const change of [{}, ...ACCEPTED[task]]) {
      const files = packageOf(task, change);
      expectValid(task, files);
      expect((await validatedPackage(files)).errors, JSON.stringify(change)).toEqual([]);
    }
  });

  it.each(TASK_TYPES)('refuse a broken document of %s, and an upload refuses it', async (task) => {
    for (const change of [...EVERY_TASK, ...BROKEN[task]]) {
      const files = packageOf(task, change);
      expect(problems(annotationsSchemaFile(task), parsed(files, 'annotations.json')), JSON.stringify(change)).not.toEqual([]);
      expect((await validatedPackage(files)).errors, JSON.stringify(change)).not.toEqual([]);
    }
    for (const meta of META) {
      const files = packageOf(task, { meta });
      expect(problems(META_SCHEMA_FILE, parsed(files, 'meta.json')), JSON.stringify(meta)).not.toEqual([]);
      expect((await validatedPackage(files)).errors, JSON.stringify(meta)).not.toEqual([]);
    }
  });
});
