import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { generateDemoDataset, type PackageFile } from './demo-dataset.js';
import type { DiceReport } from './dice-report.js';
import { sniffImage } from './image-header.js';
import { encodeMaskPng, encodePng } from './indexed-png.js';
import { DicePackageValidator } from './package-validator.js';

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function validate(entries: readonly PackageFile[]): Promise<DiceReport> {
  const validator = new DicePackageValidator(entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, junk: name.startsWith('__MACOSX/') })));
  for (const { name, bytes } of entries) {
    const role = validator.roleOf(name);
    if (role === 'annotations') await validator.readAnnotations(once(bytes));
    else if (role === 'meta') validator.readMeta(bytes);
    else if (role === 'mask') validator.addMask(name, bytes);
    else if (role === 'image') {
      validator.addImage({ name, sniffed: sniffImage(bytes), sha256: createHash('sha256').update(bytes).digest('hex'), crc32: crc32(bytes), sizeBytes: bytes.length });
    }
  }
  return validator.finish();
}

interface Case {
  readonly task?: string;
  readonly image?: Record<string, unknown>;
  readonly top?: Record<string, unknown>;
  readonly meta?: Record<string, unknown>;
  readonly files?: readonly PackageFile[];
}

const PICTURE = encodePng(new Uint8Array(10 * 8 * 3), { width: 10, height: 8, channels: 3 });

function packageOf(one: Case): PackageFile[] {
  const label = {
    ...{ format_version: '1.0', dataset_id: 'd', dataset_name: 'n', task_type: one.task ?? 'object_detection', created_at: '2025-01-01T00:00:00Z', last_modified_at: '2025-01-01T00:00:00Z' },
    ...{ version: 1, content_hash: `sha256:${'0'.repeat(64)}`, classes: [{ id: 0, name: 'cat', keypoints: ['a', 'b'] }, { id: 3, name: 'dog' }] },
    images: [{ id: 1, file_name: 'images/a.png', width: 10, height: 8, ...one.image }],
    ...one.top,
  };
  return [
    { name: 'annotations.json', bytes: Buffer.from(JSON.stringify(label)) },
    { name: 'meta.json', bytes: Buffer.from(JSON.stringify(one.meta ?? {})) },
    { name: 'images/a.png', bytes: PICTURE },
    ...(one.files ?? []),
  ];
}

async function codes(one: Case): Promise<string[]> {
  return (await validate(packageOf(one))).errors.map((finding) => finding.code);
}

const object = (fields: Record<string, unknown>): Record<string, unknown> => ({ annotations: [{ class_id: 0, class_name: 'cat', bbox: [1, 1, 4, 4], ...fields }] });
const mask = (value: number, width = 10): PackageFile => ({ name: 'masks/a.png', bytes: encodePng(new Uint8Array(width * 8).fill(value), { width, height: 8, channels: 1 }) });
const masked = { annotation: { mask_file: 'masks/a.png', mask_format: 'indexed_png', num_classes: 2 } };

const PAIRS: readonly [code: string, refused: Case, accepted: Case][] = [
  ['box-outside', { image: object({ bbox: [5, 0, 6.5, 4] }) }, { image: object({ bbox: [5, 0, 6, 4] }) }],
  ['box-size', { image: object({ bbox: [5, 0, 0, 4] }) }, { image: object({ bbox: [5, 0, 0.5, 4] }) }],
  ['unknown-class', { image: object({ class_id: 1 }) }, { image: object({ class_id: 3, class_name: 'dog' }) }],
  ['class-name-mismatch', { image: object({ class_name: 'dog' }) }, { image: object({ class_name: undefined }) }],
  ['size-mismatch', { image: { width: 8, height: 10 } }, { image: { width: 0 } }],
  ['shape-outside', { image: { width: 0, ...object({ bbox: [5, 0, 9, 4] }) } }, { image: { width: 0, ...object({ bbox: [5, 0, 5, 4] }) } }],
  ['invalid-split', { image: { split: 'valid' } }, { image: { split: 'none' } }],
  ['image-missing', { image: { file_name: 'b.png' } }, { image: { file_name: 'a.png' } }],
  ['invalid-polygon', { task: 'seg', image: object({ segmentation: [[0, 0, 1, 1]] }) }, { task: 'seg', image: object({ segmentation: [[0, 0, 1, 1, 2, 0]] }) }],
  ['invalid-rle', { task: 'segmentation', image: object({ segmentation: { size: [8, 10], counts: [79] } }) }, { task: 'segmentation', image: object({ segmentation: { size: [8, 10], counts: [40, 40] } }) }],
  ['keypoint-count', { task: 'pose', image: object({ keypoints: [1, 1, 2] }) }, { task: 'pose', image: object({ keypoints: [[1, 1, 2], [0, 0, 0]] }) }],
  ['mask-value', { task: 'seg', image: masked, files: [mask(2)] }, { task: 'seg', image: masked, files: [mask(4)] }],
  ['mask-size', { task: 'semantic_segmentation', image: masked, files: [mask(1, 9)] }, { task: 'semantic_segmentation', image: masked, files: [mask(255)] }],
  ['mask-missing', { task: 'semantic_segmentation', image: masked }, { task: 'semantic_segmentation', image: masked, files: [mask(0)] }],
  ['meta-disagrees', { meta: { total_images: 2 } }, { meta: { total_images: 1, num_classes: 2, task_type: 'object_detection' } }],
  ['several-labels', { task: 'cls', image: { annotations: [{ class_id: 0 }, { class_id: 3 }] } }, { task: 'cls', image: { annotations: [{ class_id: 0 }, { class_id: 3 }] }, top: { multi_label: true } }],
  ['invalid-field', { top: { format_version: '2.0' } }, { top: { format_version: '1.1', version: 'v1.0' } }],
  ['missing-field', { top: { dataset_name: undefined } }, { top: { dataset_name: '개' } }],
];

describe('DicePackageValidator', () => {
  it.each(PAIRS)('refuses %s and accepts its twin', async (code, refused, accepted) => {
    expect(await codes(refused)).toContain(code);
    expect(await codes(accepted)).toEqual([]);
  });

  it('accepts the generated dataset without a warning, wrapped or not, in any order', async () => {
    const { entries } = generateDemoDataset({ images: 20 });
    const flat = await validate(entries);
    expect(flat).toMatchObject({ errors: [], warnings: [], dataset: { numImages: 20, numLabeled: 20, splits: { train: 16, val: 4, test: 0, unassigned: 0 } } });
    const wrapped = await validate(entries.map(({ name, bytes }) => ({ name: `set/${name}`, bytes })).reverse());
    expect(wrapped).toMatchObject({ errors: [], warnings: [], dataset: { contentHash: flat.dataset?.contentHash } });
  });

  it('hashes what training sees and nothing else', async () => {
    const hash = async (one: Case): Promise<string | undefined> => (await validate(packageOf(one))).dataset?.contentHash;
    const base = await hash({ image: object({}) });
    expect(base).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await hash({ image: object({ id: 9 }), top: { dataset_name: 'other', version: 5 } })).toBe(base);
    expect(await hash({ image: object({ bbox: [1, 1, 4, 4.5] }) })).not.toBe(base);
    expect(await hash({ image: { ...object({}), split: 'val' } })).not.toBe(base);
  });

  it('turns background markers into an image that holds nothing', async () => {
    const report = await validate(packageOf({ image: { annotations: [{ class_id: -1, class_name: '__background__', bbox: [0, 0, 1, 1] }] } }));
    expect([...(report.dataset?.images ?? [])]).toMatchObject([{ status: 'labeled', classIds: [], objectCount: 0 }]);
  });

  it('adds an image without entry as unlabeled, with a warning', async () => {
    const report = await validate(packageOf({ files: [{ name: 'images/z.png', bytes: PICTURE }] }));
    expect(report.warnings.map((finding) => finding.code)).toContain('image-without-entry');
    expect([...(report.dataset?.images ?? [])].map(({ number, status }) => [number, status])).toEqual([[1, 'unlabeled'], [2, 'unlabeled']]);
  });

  it('refuses a package without labels, images or meta, and JSON that readers disagree about', async () => {
    expect((await validate([])).errors.map((finding) => finding.entry)).toEqual(expect.arrayContaining(['annotations.json', 'meta.json', 'images/']));
    const [, ...rest] = packageOf({});
    const report = await validate([{ name: 'annotations.json', bytes: Buffer.from('{"a":1,"a":2}') }, ...rest]);
    expect(report).toMatchObject({ dataset: null });
    expect(report.errors).toContainEqual(expect.objectContaining({ code: 'json-duplicate-key', entry: 'annotations.json' }));
  });
});

describe('a semantic mask', () => {
  const zip = (png: Uint8Array): PackageFile[] => packageOf({ task: 'semantic_segmentation', image: masked, files: [{ name: 'masks/a.png', bytes: png }] });
  const hashOf = async (png: Uint8Array): Promise<string | undefined> => (await validate(zip(png))).dataset?.contentHash;

  it('is hashed by its pixels, whichever encoder wrote it', async () => {
    const pixels = Uint8Array.from({ length: 80 }, (_, at) => (at % 7 === 0 ? 1 : 0));
    const grey = encodePng(pixels, { width: 10, height: 8, channels: 1 });
    const indexed = encodeMaskPng(pixels, { width: 10, height: 8 });
    expect(Buffer.from(grey).equals(indexed)).toBe(false);
    expect(await hashOf(grey)).toBe(await hashOf(indexed));
    expect(await hashOf(grey)).toMatch(/^sha256:/);
    const other = Uint8Array.from(pixels, (value, at) => (at === 3 ? 4 : value));
    expect(await hashOf(encodeMaskPng(other, { width: 10, height: 8 }))).not.toBe(await hashOf(grey));
  });

  it('that shows nothing says that nothing is there', async () => {
    const report = await validate(zip(encodeMaskPng(new Uint8Array(80), { width: 10, height: 8 })));
    expect([...(report.dataset?.images ?? [])]).toMatchObject([{ status: 'labeled', objectCount: 0, classIds: [] }]);
    const said = await validate(packageOf({ task: 'semantic_segmentation', image: { annotation: null, metadata: { status: 'labeled', no_object: true } }, files: [] }));
    expect(said.dataset?.contentHash).toBe(report.dataset?.contentHash);
  });
});
