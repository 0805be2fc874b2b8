import { encodePng, sniffImage, TASK_TYPES, type PackageFile } from '@app/dice-format';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecOf } from '../codecs.js';
import { FORMAT_NAMES } from '../format-codec.js';
import { randomExport } from '../testing/random-exports.js';
import { treeOf, writtenFiles } from '../testing/trees.js';
import { validatedPackage } from '../../../dice-format/src/testing/index.js';
import { DiceConversion } from './dice-conversion.js';

const CASES = FORMAT_NAMES.map(codecOf).flatMap((codec) => TASK_TYPES.filter((task) => codec.writer !== null && codec.tasks.includes(task)).map((task) => ({ codec, task, title: `${codec.name}, ${task}` })));
const PICTURE = encodePng(new Uint8Array(20 * 10 * 3).fill(3), { width: 20, height: 10, channels: 3 });

async function packageOf(conversion: DiceConversion, pictures: Readonly<Record<string, string | Uint8Array>>): Promise<PackageFile[]> {
  await conversion.scan();
  const files: PackageFile[] = [];
  for (const photo of conversion.photos) {
    const bytes = pictures[photo.file.path];
    if (bytes === undefined || typeof bytes === 'string') continue;
    const sniffed = sniffImage(bytes);
    if (sniffed.ok) conversion.sized(photo, sniffed);
    files.push({ name: photo.name, bytes });
  }
  for await (const mask of conversion.masks()) files.push(mask);
  let text = '';
  for await (const chunk of conversion.annotations()) text += chunk;
  return [...files, { name: 'annotations.json', bytes: Buffer.from(text) }, { name: 'meta.json', bytes: Buffer.from(conversion.meta()) }];
}

describe('a dataset in another form as a DICE package', () => {
  it.each(CASES)('passes the validation of uploads: $title', async ({ codec, task }) => {
    await fc.assert(
      fc.asyncProperty(randomExport(task, codec.holds(task)), async (dataset) => {
        const writer = codec.writer?.(dataset, { lose: () => undefined });
        if (writer === undefined) throw new Error('no writer');
        const files: Record<string, string | Uint8Array> = await writtenFiles(writer.files());
        const pathOf = writer.imagePaths();
        let [images, objects] = [0, 0];
        for await (const image of dataset.images()) {
          const path = pathOf({ ...image, classNames: image.objects.map(({ className }) => className) });
          if (path === null) continue;
          images += 1;
          objects += image.objects.length;
          files[path] = PICTURE;
        }
        fc.pre(objects > 0);
        const conversion = new DiceConversion(treeOf(files), codec, { name: 'converted', createdAt: '2026-01-01T00:00:00Z' });
        const report = await validatedPackage(await packageOf(conversion, files));
        expect(conversion.findings.errors).toEqual([]);
        expect(report.errors).toEqual([]);
        expect(report.warnings.filter(({ code }) => code !== 'content-hash-differs')).toEqual([]);
        expect(report.dataset).toMatchObject({ numImages: images });
      }),
      { numRuns: 25 },
    );
  });

  it('says what is not in the zip and what is no image of ours', async () => {
    const files = { 'a/labels/x.txt': '0 0.5 0.5 0.1 0.1', 'a/labels/gone.txt': '0 0.5 0.5 0.1 0.1', 'a/images/x.png': PICTURE, 'a/images/y.png': PICTURE, 'a/images/z.bmp': 'BM' };
    const conversion = new DiceConversion(treeOf(files), codecOf('yolo'), { name: 'n', createdAt: '2026-01-01T00:00:00Z' });
    const report = await validatedPackage(await packageOf(conversion, files));
    expect(report.errors).toEqual([]);
    expect(report.dataset).toMatchObject({ taskType: 'object_detection', numImages: 2, numLabeled: 1 });
    expect(conversion.findings.warnings.map(({ code }) => code)).toEqual(['unknown-image', 'unsupported-image']);
  });

  it('names images that the labels are silent about as not labeled, and takes no mask for a photo', async () => {
    const coco = JSON.stringify({ images: [{ id: 1, file_name: 'a.png', width: 20, height: 10 }], annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [1, 1, 2, 2] }], categories: [{ id: 1, name: 'cat' }] });
    const files = { 'annotations/panoptic_val/a.png': PICTURE, 'annotations/instances_val.json': coco, 'images/val/a.png': PICTURE, 'images/val/b.png': PICTURE };
    const conversion = new DiceConversion(treeOf(files), codecOf('coco'), { name: 'n', createdAt: '2026-01-01T00:00:00Z' });
    const report = await validatedPackage(await packageOf(conversion, files));
    expect(report.warnings.map(({ code }) => code)).toEqual(['content-hash-differs']);
    expect([...(report.dataset?.images ?? [])].map(({ fileName, status, split }) => [fileName, status, split])).toEqual([
      ['images/a.png', 'labeled', 'val'],
      ['images/b.png', 'unlabeled', null],
    ]);
  });
});
