import { TASK_TYPES, type TaskType } from '@app/dice-format';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecOf } from './codecs.js';
import { fitImage } from './fit-task.js';
import { FORMAT_NAMES, type FormatCodec } from './format-codec.js';
import { counted, LossReport } from './loss-report.js';
import { isRings, type ExportedDataset, type ExportedImage, type FormatObject, type ImportedImage } from './model.js';
import { datasetOf, randomExport } from './testing/random-exports.js';
import { readAll, treeOf, writtenFiles } from './testing/trees.js';

const WRITERS = FORMAT_NAMES.map(codecOf).filter(({ writer }) => writer !== null);
const CASES = WRITERS.flatMap((codec) => codec.tasks.map((task) => ({ codec, task, title: `${codec.name}, ${task}` })));

async function exported(codec: FormatCodec, dataset: ExportedDataset): Promise<{ files: Record<string, string>; report: LossReport }> {
  const report = new LossReport();
  const writer = codec.writer?.(counted(dataset, codec.holds(dataset.taskType), report), report);
  if (writer === undefined) throw new Error('no writer');
  const files = await writtenFiles(writer.files());
  const pathOf = writer.imagePaths();
  for await (const image of dataset.images()) {
    const path = pathOf({ ...image, classNames: image.objects.map(({ className }) => className) });
    if (path !== null) files[path] = 'the bytes of an image';
  }
  return { files, report };
}

/** Formats that divide and multiply lose the last digits. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'number' ? Math.round(inner * 1e6) / 1e6 + 0 : inner)));

function shown(image: Pick<ImportedImage | ExportedImage, 'split' | 'status' | 'noObject'>, objects: readonly FormatObject[]): unknown {
  return rounded({ split: image.split, status: image.status, noObject: image.noObject, objects });
}

const baseOf = (name: string): string => name.replace(/^.*\//, '');

/** A semantic mask comes back as run lengths of each class: the same layers, once they are fitted to the task. */
function objectsOf(image: ImportedImage, task: TaskType, size: { width: number; height: number }): readonly FormatObject[] {
  if (task !== 'semantic_segmentation') return image.objectsIn(size);
  const names: string[] = [];
  const classIdOf = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.push(name) - 1);
  return fitImage(image, { taskType: task, size, classIdOf, warn: (code) => expect.fail(code) }).layers.map(({ class_id: id, counts }) => ({ className: names[id] ?? '', layer: counts }));
}

describe('export then import', () => {
  it.each(CASES)('is an identity for what the format holds: $title', async ({ codec, task }) => {
    await fc.assert(
      fc.asyncProperty(randomExport(task, codec.holds(task)), async (dataset) => {
        const { files, report } = await exported(codec, dataset);
        const source = treeOf(files);
        const { images, notes } = await readAll(codec, source, task === 'pose_estimation' ? { firstKind: 'person_keypoints' } : {});
        expect(notes.findings.errors).toEqual([]);
        const byName = new Map(images.map((image) => [baseOf(image.name), image]));
        const left = new Set(report.losses.filter(({ code }) => code === 'image-left-out').flatMap(({ examples }) => examples));
        for await (const image of dataset.images()) {
          if (left.has(image.fileName)) continue;
          const back = byName.get(baseOf(image.fileName));
          if (back === undefined) throw new Error(`${image.fileName} did not come back: ${[...byName.keys()].join(', ')}`);
          expect(shown(back, objectsOf(back, task, image))).toEqual(shown(image, image.objects));
        }
        const beyondClasses = report.losses.filter(({ code }) => !code.startsWith('class-') && code !== 'image-left-out');
        expect(beyondClasses).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('knows every task at least twice', () => {
    for (const task of TASK_TYPES) expect([task, WRITERS.filter(({ tasks }) => tasks.includes(task)).length >= 2]).toEqual([task, true]);
  });
});

/** Everything that DICE holds; what does not come back must be in the report. */
const EVERYTHING = codecOf('dice').holds('object_detection');

describe('what a format cannot hold', () => {
  it.each(CASES.filter(({ task }) => task !== 'semantic_segmentation'))('is in the report, or nothing was lost: $title', async ({ codec, task }) => {
    let lossless = 0;
    await fc.assert(
      fc.asyncProperty(randomExport(task, EVERYTHING, { images: 2, objects: 1 }), async (dataset) => {
        const { files, report } = await exported(codec, dataset);
        const { images } = await readAll(codec, treeOf(files));
        const byName = new Map(images.map((image) => [baseOf(image.name), image]));
        const lost = new Set(report.losses.flatMap(({ code }) => (code.startsWith('class-') ? [] : [code])));
        if (lost.size > 0) return;
        lossless += 1;
        for await (const image of dataset.images()) {
          const back = byName.get(baseOf(image.fileName));
          if (back === undefined) throw new Error(`${image.fileName} did not come back, and nothing was said`);
          expect(shown(back, back.objectsIn(image))).toEqual(shown(image, image.objects));
        }
      }),
      { numRuns: 100 },
    );
    expect(lossless).toBeGreaterThan(0);
  });

  it('is counted with examples', async () => {
    const rings = [[0, 0, 5, 0, 5, 5], [6, 6, 9, 6, 9, 9]];
    const objects: FormatObject[] = [
      { className: 'cat', bbox: [0, 0, 9, 9], segmentation: rings, attributes: { a: 1 }, confidence: 0.5, crowd: true },
      { className: 'cat', bbox: [0, 0, 9, 9], segmentation: { size: [10, 20], counts: [10, 20, 170] } },
    ];
    const image: ExportedImage = { id: 1, fileName: 'images/a.png', width: 20, height: 10, depth: 3, split: 'train', status: 'reviewed', noObject: false, objects };
    const dataset = datasetOf('instance_segmentation', [{ id: 4, name: 'cat', color: '#000000', details: { supercategory: 'animal' } }], [image]);
    const { files, report } = await exported(codecOf('yolo'), dataset);
    expect(Object.fromEntries(report.losses.map(({ code, count, examples }) => [code, [count, examples]]))).toEqual({
      'class-id': [1, ['cat']],
      'class-color': [1, ['cat']],
      'class-details': [1, ['cat']],
      reviewed: [1, ['images/a.png']],
      attributes: [1, ['images/a.png#/0']],
      confidence: [1, ['images/a.png#/0']],
      crowd: [1, ['images/a.png#/0']],
      'several-rings': [1, ['images/a.png#/0']],
      'run-lengths': [1, ['images/a.png#/1']],
    });
    expect(files['labels/train/a.txt']?.trim().split('\n')).toHaveLength(2);
    expect(isRings(rings)).toBe(true);
  });

  it('gives two images with one stem label files of their own', async () => {
    const image = (id: number, fileName: string): ExportedImage => ({ id, fileName, width: 20, height: 10, depth: 3, split: null, status: 'labeled', noObject: false, objects: [{ className: 'cat', bbox: [id, 1, 2, 2] }] });
    const both = [image(1, 'images/a.png'), image(2, 'images/a.jpg')];
    for (const name of ['yolo', 'voc', 'labelme'] as const) {
      const dataset = datasetOf('object_detection', [{ id: 0, name: 'cat', color: '#000000', details: {} }], both);
      const { files, report } = await exported(codecOf(name), dataset);
      const { images } = await readAll(codecOf(name), treeOf(files));
      expect([name, images.map((one) => one.objectsIn({ width: 20, height: 10 }).map(({ bbox }) => Math.round(bbox?.[0] ?? 0)))]).toEqual([name, expect.arrayContaining([[1], [2]])]);
      expect(report.losses.find(({ code }) => code === 'file-renamed')?.examples).toEqual(['images/a.jpg']);
    }
  });
});
