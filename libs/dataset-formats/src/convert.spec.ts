import { describe, expect, it } from 'vitest';
import { encodePng, toDicePackage, type ConvertedDataset, type NamedBytes as SourceFile } from '@app/dice-format';
import fc from 'fast-check';
import { validatedPackage } from '../../dice-format/src/testing/index.js';
import { codecOf } from './codecs.js';
import { convert } from './convert.js';

const FACTS = { name: 'converted', createdAt: '2026-01-01T00:00:00Z' };
const image = (path: string, shade: number): SourceFile => ({ path, bytes: encodePng(new Uint8Array(20 * 10).fill(shade), { width: 20, height: 10, channels: 1 }) });
const text = (path: string, content: string): SourceFile => ({ path, bytes: new TextEncoder().encode(content) });

const converted = (files: readonly SourceFile[]): Promise<ConvertedDataset> => convert(files, codecOf('yolo'), FACTS);
const validated = (dataset: ConvertedDataset): ReturnType<typeof validatedPackage> => validatedPackage(toDicePackage(dataset).entries);

describe('converters', () => {
  it('make a classification dataset of class folders, with and without splits', async () => {
    const report = await validated(await converted([image('train/cat/a.png', 1), image('train/dog/b.png', 2), image('valid/cat/c.png', 3), text('README.md', 'x')]));
    expect(report.errors).toEqual([]);
    expect(report.warnings).toEqual([]);
    expect(report.dataset).toMatchObject({ taskType: 'image_classification', numImages: 3, numLabeled: 3, splits: { train: 2, val: 1, test: 0, unassigned: 0 } });
    expect(report.dataset?.classes.map((one_) => [one_.id, one_.name, one_.imageCount])).toEqual([
      [0, 'cat', 2],
      [1, 'dog', 1],
    ]);
    expect((await validated(await converted([image('cat/a.png', 1), image('dog/b.png', 2)]))).dataset?.splits.unassigned).toBe(2);
  });

  it('make boxes of YOLO lines, fitted into the image', async () => {
    const dataset = await converted([image('images/train/a.png', 1), text('labels/train/a.txt', '1 0.5 0.5 0.5 0.4\n0 0.1 0.9 0.4 0.4\n'), image('images/val/b.png', 2), text('labels/val/b.txt', ''), image('images/val/c.png', 3)]);
    const report = await validated(dataset);
    expect(report.errors).toEqual([]);
    expect(report.dataset).toMatchObject({ taskType: 'object_detection', numImages: 3, numLabeled: 2 });
    expect(dataset.images[0]?.annotations({ width: 20, height: 10 }).map((object) => (object['bbox'] as number[]).map((value) => Math.round(value * 1e6) / 1e6 + 0))).toEqual([
      [5, 3, 10, 4],
      [0, 7, 6, 3],
    ]);
  });

  it('make polygons of YOLO lines, and name lines that are neither', async () => {
    const dataset = await converted([image('images/train/a.png', 1), text('labels/train/a.txt', '0 0.1 0.1 0.9 0.1 0.9 0.9\nx y z\n0 0.1 0.2\n')]);
    const report = await validated(dataset);
    expect(report.errors).toEqual([]);
    expect(report.dataset?.taskType).toBe('instance_segmentation');
    expect(dataset.notes.map((note) => note.reason)).toEqual(['Line 2: it is neither a box nor a polygon.', 'Line 3: it is neither a box nor a polygon.']);
  });

  it('leave out an object that the format refuses, with a note, and call its image unlabeled when nothing else is known of it', async () => {
    const files = [image('images/a.png', 1), text('labels/a.txt', '0 0.5 0.5 0 0.2\n0 0.5 0.5 0.2 0.2'), image('images/b.png', 2), text('labels/b.txt', '0 0.5 0.5 0 0.2'), image('images/c.png', 3), text('labels/c.txt', '')];
    const dataset = await converted(files);
    const report = await validated(dataset);
    expect(report).toMatchObject({ errors: [], warnings: [], dataset: { numImages: 3, numLabeled: 2 } });
    expect([...(report.dataset?.images ?? [])].map(({ status, objectCount }) => [status, objectCount])).toEqual([['labeled', 1], ['unlabeled', 0], ['labeled', 0]]);
    expect(toDicePackage(dataset).notes.map(({ path, reason }) => [path, reason.slice(0, 20)])).toEqual([['images/a.png', 'Object 1 was left ou'], ['images/b.png', 'Object 1 was left ou']]);
  });

  it('leave out what is no image, and give the same bytes again', async () => {
    const files = [image('cat/a.png', 1), text('cat/b.png', 'not an image')];
    const { entries, notes } = toDicePackage(await converted(files));
    expect(notes.map((note) => note.path)).toEqual(['cat/b.png']);
    expect(entries.map((entry) => entry.name)).toEqual(['images/000001.png', 'annotations.json', 'meta.json']);
    expect(toDicePackage(await converted(files)).entries).toEqual(entries);
  });

  it('have the hash that a reader computes, for YOLO labels of any numbers', async () => {
    const fraction = fc.double({ min: -0.1, max: 1.1, noNaN: true });
    const line = fc.oneof(fc.array(fraction, { minLength: 4, maxLength: 4 }), fc.array(fc.tuple(fraction, fraction), { minLength: 3, maxLength: 5 }).map((points) => points.flat()));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), async (lines) => {
        const report = await validated(await converted([image('images/train/a.png', 1), text('labels/train/a.txt', lines.map((numbers) => `0 ${numbers.join(' ')}`).join('\n'))]));
        expect({ errors: report.errors, warnings: report.warnings }).toEqual({ errors: [], warnings: [] });
      }),
      { numRuns: 300 },
    );
  });
});
