import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { generateDemoDataset, type PackageFile } from './demo-dataset.js';
import { sniffImage } from './image-header.js';
import { encodeMaskPng, encodePng } from './indexed-png.js';
import { DicePackageValidator } from './package-validator.js';
import { validatedPackage } from './testing/validated-package.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

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
  return (await validatedPackage(packageOf(one))).errors.map((finding) => finding.code);
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
    const flat = await validatedPackage(entries);
    expect(flat).toMatchObject({ errors: [], warnings: [], dataset: { numImages: 20, numLabeled: 20, splits: { train: 16, val: 4, test: 0, unassigned: 0 } } });
    const wrapped = await validatedPackage(entries.map(({ name, bytes }) => ({ name: `set/${name}`, bytes })).reverse());
    expect(wrapped).toMatchObject({ errors: [], warnings: [], dataset: { contentHash: flat.dataset?.contentHash } });
  });

  it('hashes what training sees and nothing else', async () => {
    const hash = async (one: Case): Promise<string | undefined> => (await validatedPackage(packageOf(one))).dataset?.contentHash;
    const base = await hash({ image: object({}) });
    expect(base).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await hash({ image: object({ id: 9 }), top: { dataset_name: 'other', version: 5 } })).toBe(base);
    expect(await hash({ image: object({ bbox: [1, 1, 4, 4.5] }) })).not.toBe(base);
    expect(await hash({ image: { ...object({}), split: 'val' } })).not.toBe(base);
  });

  it('turns background markers into an image that holds nothing', async () => {
    const report = await validatedPackage(packageOf({ image: { annotations: [{ class_id: -1, class_name: '__background__', bbox: [0, 0, 1, 1] }] } }));
    expect([...(report.dataset?.images ?? [])]).toMatchObject([{ status: 'labeled', classIds: [], objectCount: 0 }]);
  });

  it('adds an image without entry as unlabeled, with a warning', async () => {
    const report = await validatedPackage(packageOf({ files: [{ name: 'images/z.png', bytes: PICTURE }] }));
    expect(report.warnings.map((finding) => finding.code)).toContain('image-without-entry');
    expect([...(report.dataset?.images ?? [])].map(({ number, status }) => [number, status])).toEqual([[1, 'unlabeled'], [2, 'unlabeled']]);
  });

  it('refuses a package without labels, images or meta, and JSON that readers disagree about', async () => {
    expect((await validatedPackage([])).errors.map((finding) => finding.entry)).toEqual(expect.arrayContaining(['annotations.json', 'meta.json', 'images/']));
    const [, ...rest] = packageOf({});
    const report = await validatedPackage([{ name: 'annotations.json', bytes: Buffer.from('{"a":1,"a":2}') }, ...rest]);
    expect(report).toMatchObject({ dataset: null });
    expect(report.errors).toContainEqual(expect.objectContaining({ code: 'json-duplicate-key', entry: 'annotations.json' }));
  });

  it('does not keep what a hostile label file would have it keep', async () => {
    const validator = new DicePackageValidator([{ name: 'annotations.json', sizeBytes: 1, junk: false }]);
    const filler = 'x'.repeat(1_000_000);
    let taken = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('{'));
      for (let index = 0; index < 100; index += 1) yield Buffer.from(`"key${index}":[${'[],'.repeat(100_000)}[]],`);
      yield Buffer.from('"images":[');
      for (; taken < 100; taken += 1) yield Buffer.from(`${taken === 0 ? '' : ','}{"id":${taken + 1},"file_name":"${filler}"}`);
      yield Buffer.from(']}');
    }
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    await validator.readAnnotations(endless());
    collectGarbage();
    // Kept, the members would take some 300 MB and the images 100 more.
    expect((process.memoryUsage().heapUsed - before) / 1e6).toBeLessThan(50);
    expect(taken).toBe(100);
    expect(validator.finish().errors).toContainEqual(expect.objectContaining({ code: 'member-order' }));
  });

  it('holds the bytes and the extension of an image to its rules', () => {
    const validator = new DicePackageValidator(['a.PNG', 'b.png', 'c.jpg', 'd'].map((name) => ({ name: `images/${name}`, sizeBytes: 1, junk: false })));
    const facts = { sniffed: sniffImage(PICTURE), sha256: '0'.repeat(64), crc32: 0 };
    validator.addImage({ ...facts, name: 'images/a.PNG', sizeBytes: 100_000_000 });
    validator.addImage({ ...facts, name: 'images/b.png', sizeBytes: 100_000_001 });
    validator.addImage({ ...facts, name: 'images/c.jpg', sizeBytes: 10 });
    validator.addImage({ ...facts, name: 'images/d', sizeBytes: 10 });
    const found = validator.finish().errors.filter((finding) => finding.entry?.startsWith('images/') && finding.entry !== 'images/');
    expect(found.map(({ code, entry }) => [code, entry])).toEqual([['image-too-large', 'images/b.png'], ['extension-mismatch', 'images/c.jpg'], ['extension-mismatch', 'images/d']]);
  });
});

describe('a semantic mask', () => {
  const zip = (png: Uint8Array): PackageFile[] => packageOf({ task: 'semantic_segmentation', image: masked, files: [{ name: 'masks/a.png', bytes: png }] });
  const hashOf = async (png: Uint8Array): Promise<string | undefined> => (await validatedPackage(zip(png))).dataset?.contentHash;

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
    const report = await validatedPackage(zip(encodeMaskPng(new Uint8Array(80), { width: 10, height: 8 })));
    expect([...(report.dataset?.images ?? [])]).toMatchObject([{ status: 'labeled', objectCount: 0, classIds: [] }]);
    const said = await validatedPackage(packageOf({ task: 'semantic_segmentation', image: { annotation: null, metadata: { status: 'labeled', no_object: true } }, files: [] }));
    expect(said.dataset?.contentHash).toBe(report.dataset?.contentHash);
  });
});
