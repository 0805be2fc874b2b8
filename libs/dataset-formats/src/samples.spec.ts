import { rleCounts } from '@app/dice-format';
import { describe, expect, it } from 'vitest';
import { codecOf, recognise } from './codecs.js';
import { fitImage, sizeFinding } from './fit-task.js';
import type { FormatName } from './format-codec.js';
import type { FormatObject, ImportedImage } from './model.js';
import { readAll, sampleFolder, treeOfFolder, type ReadResult } from './testing/trees.js';

const present = (await sampleFolder('raccoon-voc')) !== undefined;

async function sample(name: string, format: FormatName): Promise<ReadResult> {
  const tree = await treeOfFolder((await sampleFolder(name)) ?? '');
  expect((await recognise(tree)).name).toBe(format);
  return readAll(codecOf(format), tree);
}

const SIZE = { width: 640, height: 480 };
const objectsOf = (images: readonly ImportedImage[], size = SIZE): FormatObject[] => images.flatMap((image) => [...image.objectsIn(size)]);
const named = (images: readonly ImportedImage[], name: string): ImportedImage => images.find((image) => image.name === name) ?? expect.fail(`no image ${name}`);
const codes = ({ notes }: ReadResult): string[] => notes.findings.errors.map(({ code }) => code);

/** Beside the checkout, not part of it. */
describe.skipIf(!present)('the sample datasets', () => {
  it('raccoon-voc: 200 images, 217 raccoons', async () => {
    const read = await sample('raccoon-voc', 'voc');
    expect(codes(read)).toEqual([]);
    expect(read.images).toHaveLength(200);
    expect(read.notes.classes.list).toEqual([{ name: 'raccoon', count: 217, details: {} }]);
    const first = named(read.images, 'raccoon-1.jpg');
    expect([first.width, first.height, first.status]).toEqual([650, 417, 'labeled']);
    expect(first.objectsIn(SIZE)).toEqual([{ className: 'raccoon', bbox: [81, 88, 441, 320] }]);
  });

  it('det-coco8: 8 images with 30 boxes in YOLO', async () => {
    const read = await sample('seed-samples/det-coco8', 'yolo');
    expect(codes(read)).toEqual([]);
    expect(read.images.map(({ split }) => split)).toEqual([...Array<string>(4).fill('train'), ...Array<string>(4).fill('val')]);
    expect(read.images.map(({ name }) => name)).toContain('000000000009.jpg');
    expect(objectsOf(read.images)).toHaveLength(30);
    const [bowl] = named(read.images, '000000000009.jpg').objectsIn(SIZE);
    // 45 0.479492 0.688771 0.955609 0.5955
    expect(bowl?.className).toBe('class 45');
    expect(bowl?.bbox?.map((value) => Math.round(value * 100) / 100)).toEqual([1.08, 187.69, 611.59, 285.84]);
  });

  it('seg-coco8: polygons in YOLO', async () => {
    const read = await sample('seed-samples/seg-coco8', 'yolo');
    expect(codes(read)).toEqual([]);
    const objects = objectsOf(read.images);
    expect(read.images).toHaveLength(8);
    expect(objects.length).toBeGreaterThan(20);
    expect(objects.every(({ segmentation }) => Array.isArray(segmentation))).toBe(true);
  });

  it('cls-imagenet-10: folders of classes', async () => {
    const read = await sample('seed-samples/cls-imagenet-10', 'yolo');
    expect(read.notes.classes.list).toHaveLength(10);
    expect(objectsOf(read.images).every(({ className }) => /^n\d{8}$/.test(className))).toBe(true);
    expect(new Set(read.images.map(({ split }) => split))).toEqual(new Set(['train', 'val']));
  });

  it('COCO instances: boxes, polygons, run lengths, attributes, splits of file names', async () => {
    const read = await sample('formats-datumaro/coco_dataset/coco_instances', 'coco');
    expect(codes(read)).toEqual([]);
    expect(read.images.map(({ name, split, width, height }) => [name, split, width, height])).toEqual([
      ['a.jpg', 'train', 10, 5],
      ['b.jpg', 'val', 5, 10],
    ]);
    expect(read.notes.classes.list.map(({ name, count }) => [name, count])).toEqual([['a', 1], ['b', 2], ['c', 0]]);
    expect(named(read.images, 'b.jpg').objectsIn(SIZE)).toEqual([
      { className: 'a', bbox: [0, 0, 1, 2], segmentation: [[0, 0, 1, 0, 1, 2, 0, 2]], attributes: { x: 1, y: 'hello' } },
      { className: 'b', bbox: [0, 0, 1, 9], segmentation: { size: [10, 5], counts: [0, 20, 30] }, crowd: true },
    ]);
  });

  it('COCO with every kind of label file: one kind is read, the others are named', async () => {
    const tree = await treeOfFolder((await sampleFolder('formats-datumaro/coco_dataset/coco')) ?? '');
    const instances = await readAll(codecOf('coco'), tree);
    expect(objectsOf(instances.images)).toHaveLength(3);
    expect(instances.notes.findings.warnings.map(({ code }) => code)).toEqual(Array(12).fill('file-not-read'));
    const people = await readAll(codecOf('coco'), tree, { firstKind: 'person_keypoints' });
    expect(objectsOf(people.images).map(({ keypoints }) => keypoints?.length)).toEqual([9, 9, 9]);
    const labels = await readAll(codecOf('coco'), tree, { firstKind: 'labels' });
    expect(objectsOf(labels.images).map(({ className, bbox }) => [className, bbox])).toEqual([['b', undefined], ['a', undefined], ['b', undefined]].slice(0, objectsOf(labels.images).length));
  });

  it('COCO of Roboflow and MMDetection', async () => {
    for (const name of ['coco_roboflow', 'mmdet_coco']) {
      const { images } = await sample(`formats-datumaro/coco_dataset/${name}`, 'coco');
      expect([name, images.map(({ name: file, split }) => [file, split]), objectsOf(images).length]).toEqual([name, [['a.jpg', 'train'], ['b.jpg', 'val']], 3]);
    }
  });

  it('VOC of the devkit: flags, splits, an image without labels', async () => {
    const read = await sample('formats-datumaro/voc_dataset/voc_dataset1', 'voc');
    expect(codes(read)).toEqual([]);
    expect(read.images.map(({ name, split, status }) => [name, split, status])).toEqual([
      ['2007_000001.jpg', 'train', 'labeled'],
      ['2007_000002.jpg', 'test', 'unlabeled'],
    ]);
    expect(read.images[0]?.objectsIn(SIZE)).toEqual([
      { className: 'cat', bbox: [1, 2, 2, 2], attributes: { truncated: true } },
      { className: 'person', bbox: [4, 5, 2, 2] },
    ]);
  });

  it('VOC without a size, found among files that look like LabelMe', async () => {
    const read = await sample('formats-datumaro/voc_dataset/voc_dataset2', 'voc');
    expect(read.images.map(({ name, noObject }) => [name, noObject])).toEqual([['@.jpg', true], ['a.jpg', false], ['b.jpg', false], ['c.jpg', false], ['d.jpg', false]]);
    expect(named(read.images, 'b.jpg').objectsIn(SIZE)).toEqual([{ className: 'aeroplane', bbox: [2, 2, 5, 4], attributes: { occluded: true } }]);
  });

  it('YOLO of Darknet, with names a line and in three layouts', async () => {
    for (const [folder, count] of [['labels', 2], ['annotations', 1], ['strict', 1]] as const) {
      const { images, notes } = await sample(`formats-datumaro/yolo_dataset/${folder}`, 'yolo');
      expect([folder, notes.findings.errors, images.length]).toEqual([folder, [], count]);
      expect(notes.classes.list).toHaveLength(10);
      const size = { width: 15, height: 10 };
      expect(images[0]?.objectsIn(size).map(({ className, bbox }) => [className, bbox?.map((value) => Math.round(value * 1000) / 1000 + 0)])).toEqual([
        ['label_2', [0, 2, 4, 2]],
        ['label_4', [3, 3, 2, 3]],
      ]);
    }
  });

  it('LabelMe XML: polygons and boxes; masks are named and left out', async () => {
    const read = await sample('formats-datumaro/labelme_dataset', 'labelme');
    expect(codes(read)).toEqual([]);
    expect(read.notes.findings.warnings.map(({ code }) => code)).toEqual(['unsupported-shape', 'unsupported-shape']);
    const image = named(read.images, 'img1.png');
    expect([image.width, image.height]).toEqual([102, 77]);
    expect(image.objectsIn(SIZE).map(({ className }) => className)).toEqual(['window', 'o1', 'q1', 'b1', 'hg']);
    expect(image.objectsIn(SIZE)[3]).toEqual({ className: 'b1', bbox: [13, 19, 10, 11], attributes: { occluded: true, attributes: 'hg' } });
  });

  it('CVAT for images: typed attributes, subsets; polylines and points are named, shapes without a label are errors', async () => {
    const project = await sample('formats-datumaro/cvat_dataset/for_images/export_project', 'cvat');
    expect(new Set(project.images.map(({ split }) => split))).toEqual(new Set(['train', 'val', 'test']));
    expect(project.images[0]?.objectsIn(SIZE)).toEqual([{ className: 'label1', bbox: [0, 2, 4, 2], attributes: { occluded: true, a1: true, a2: 'v3', a3: '0003', a4: 2.4 } }]);
    const task = await sample('formats-datumaro/cvat_dataset/for_images/export_task', 'cvat');
    expect(codes(task)).toEqual(['no-class']);
    expect(task.notes.findings.warnings.map(({ code }) => code)).toEqual(['unsupported-shape', 'unsupported-shape']);
  });

  it('CVAT for video is refused with a sentence', async () => {
    const read = await readAll(codecOf('cvat'), await treeOfFolder((await sampleFolder('formats-datumaro/cvat_dataset/for_video')) ?? ''));
    expect(read.images).toEqual([]);
    expect(read.notes.findings.errors[0]?.message).toMatch(/tracks of a video/);
  });

  it('say so when the declared size is that of the image before EXIF turns it', async () => {
    const { images } = await sample('raccoon-voc', 'voc');
    const first = named(images, 'raccoon-1.jpg');
    expect(sizeFinding(first, { width: 650, height: 417 })).toBeUndefined();
    expect(sizeFinding(first, { width: 417, height: 650 })?.code).toBe('size-turned');
    expect(sizeFinding(first, { width: 600, height: 400 })?.code).toBe('size-differs');
  });

  it('become labels of a task, and what a task has no place for is named', async () => {
    const { images } = await sample('formats-datumaro/coco_dataset/coco_instances', 'coco');
    const warned: string[] = [];
    const fitted = fitImage(named(images, 'b.jpg'), { taskType: 'object_detection', size: { width: 5, height: 10 }, classIdOf: (name) => (name === 'b' ? 7 : null), warn: (code) => warned.push(code) });
    expect(fitted.bodies).toEqual([{ class_id: 7, bbox: [0, 0, 1, 9], iscrowd: 1 }]);
    expect(warned).toEqual(['polygons-left-out']);
    const masks = fitImage(named(images, 'b.jpg'), { taskType: 'semantic_segmentation', size: { width: 5, height: 10 }, classIdOf: () => 3, warn: (code) => warned.push(code) });
    // Of the two objects one has a mask: nothing, 20 pixels, nothing.
    expect(masks.layers.map(({ class_id, counts }) => [class_id, rleCounts(counts)])).toEqual([[3, [0, 20, 30]]]);
    expect(warned).toEqual(['polygons-left-out', 'no-mask']);
  });
});
