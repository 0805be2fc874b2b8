import { mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SampleFileReader, writeSamples } from './sample-file.js';
import type { Sample } from './sample.js';

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'samples-')), 'samples.ndjson');
});
afterEach(() => rm(join(path, '..'), { recursive: true, force: true }));

const sample = (number: number): Sample => ({
  side: number % 3 === 0 ? 'val' : 'train',
  cacheIndex: number,
  imageId: 1000 - number,
  width: 640,
  height: 480,
  classIndices: [number % 2],
  // Lines of unequal length, longer than a chunk together.
  objects: Array.from({ length: number % 40 }, (_, at) => ({ classIndex: 0, bbox: [at, 0.5, 3, 4], isCrowd: false, polygons: [[1, 2, 3, 4, 5, at]] })),
  maskIndex: null,
});

describe('the file of samples', () => {
  it('gives back each sample by side and number, however many there are', async () => {
    const all = Array.from({ length: 3000 }, (_, number) => sample(number));
    const bytes = await writeSamples(path, all);
    expect((await readFile(path)).length).toBe(bytes);
    expect(bytes).toBeGreaterThan(2 ** 21);
    const seen: number[] = [];
    const reader = new SampleFileReader(path, (one) => seen.push(one.imageId));
    expect(seen).toEqual(all.map((one) => one.imageId));
    const sides = { train: all.filter((one) => one.side === 'train'), val: all.filter((one) => one.side === 'val') };
    for (const side of ['train', 'val'] as const) {
      expect(reader[side].length).toBe(sides[side].length);
      for (const at of [0, 1, 500, sides[side].length - 1]) expect(reader[side].at(at)).toEqual(sides[side][at]);
    }
    expect(reader.val.imageIds).toEqual(sides.val.map((one) => one.imageId));
    expect(() => reader.train.at(5000)).toThrow('no sample 5000');
    reader.close();
  });

  it('ends with what the visitor throws, and with a line that is no sample', async () => {
    const bytes = await writeSamples(path, [sample(1), sample(2)]);
    expect(() => new SampleFileReader(path, () => { throw new Error('not this one'); })).toThrow('not this one');
    await truncate(path, bytes - 20);
    const reader = new SampleFileReader(path, () => undefined);
    // The line that was cut off has no end: it is not taken for a sample.
    expect(reader.train.length).toBe(1);
    reader.close();
  });
});
