import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelsDigest } from './content-hash.js';
import { FindingCollector } from './finding-collector.js';
import type { ImageLabels } from './image-labels.js';
import { encodeMaskPng, readMaskPixels } from './indexed-png.js';
import type { JsonObject } from './json-access.js';
import { LabelReader } from './label-reader.js';
import { bodyOfLive, classIdsOf, liveDigest, type LiveObject, liveObjectsOf, liveObjectsOfMask } from './live-object.js';
import { labelMapOf, labelMapSha256, layersOfLabelMap, spansOverlap, tightBox } from './mask-layers.js';
import { rleCounts } from './object-shape.js';
import { maskSpans, rleText, spansText } from './run-lengths.js';
import { TASK_TYPES, type TaskType } from './task-type.js';
import { type DiceModelImage, writeDice } from './write-dice.js';

const SIZE = { width: 60, height: 40 };
const CLASSES = [0, 3, 9].map((id) => ({ id, name: `class ${id}`, color: '#000000', details: id === 3 ? { keypoints: ['a', 'b'] } : {} }));

const coordinate = fc.integer({ min: 0, max: 300 }).map((value) => value / 10);
const box = fc.tuple(coordinate, coordinate, fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 })).map(([x, y, w, h]) => [x, y, w / 10, h / 10]);
const ring = fc.array(coordinate, { minLength: 6, maxLength: 12 }).map((all) => all.slice(0, all.length - (all.length % 2)));
const classId = fc.constantFrom(0, 3, 9);
const common = { class_id: classId, confidence: fc.constantFrom(1, 0.5, 0) };
const detection = { ...common, id: fc.oneof(fc.integer({ min: -5, max: 2 ** 40 }), fc.constant(null), fc.string(), fc.uuid({ version: 4 })), bbox: box, iscrowd: fc.constantFrom(0, 1), attributes: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.boolean(), fc.integer())) };
const rle = fc.array(fc.boolean(), { minLength: 2400, maxLength: 2400 }).map((bits) => ({ size: [40, 60], counts: runsOf(bits) }));
const BODIES: Record<Exclude<TaskType, 'semantic_segmentation'>, fc.Arbitrary<JsonObject>> = {
  image_classification: fc.record(common),
  object_detection: fc.record(detection),
  instance_segmentation: fc.record({ ...detection, segmentation: fc.oneof(fc.array(ring, { minLength: 1, maxLength: 2 }), rle) }),
  pose_estimation: fc.record({ ...detection, class_id: fc.constant(3), keypoints: fc.tuple(coordinate, coordinate, fc.constantFrom(1, 2), coordinate, coordinate, fc.constantFrom(0, 1, 2)).map((all) => [...all]) }),
};

function runsOf(bits: readonly boolean[]): number[] {
  const counts = [0];
  let current = false;
  for (const bit of bits) {
    if (bit !== current) counts.push(0);
    current = bit;
    counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
  }
  return counts;
}

async function readBack(text: string, hasMasks: boolean): Promise<ImageLabels> {
  const findings = new FindingCollector();
  const images: ImageLabels[] = [];
  await new LabelReader(findings, { hasMasks, onImage: (image) => images.push(image) }).read((async function* () { yield new TextEncoder().encode(text); })());
  expect(findings.errors).toEqual([]);
  return images[0] as ImageLabels;
}

const written = (taskType: TaskType, image: Partial<DiceModelImage>): string =>
  writeDice({
    ...{ datasetId: 'd', name: 'n', taskType, multiLabel: taskType === 'image_classification', version: 1, createdAt: '2026-01-01T00:00:00Z', lastModifiedAt: '2026-01-01T00:00:00Z', classes: CLASSES },
    images: [{ id: 1, fileName: 'images/1.png', sha256: '00', ...SIZE, depth: 3, split: null, status: 'labeled', noObject: false, annotations: [], ...image }],
  }).annotations;

const unlike = <T>(all: readonly T[], key: (one: T) => unknown): boolean => new Set(all.map(key)).size === all.length;

describe('live objects', () => {
  it.each(TASK_TYPES.filter((task) => task !== 'semantic_segmentation'))('have the digest of the label file that they came from and go to: %s', async (task) => {
    await fc.assert(
      fc.asyncProperty(fc.array(BODIES[task], { maxLength: 5 }), async (given) => {
        const seen = new Set<unknown>();
        const bodies = given.map((body) => (body['id'] != null && seen.has(body['id']) ? { ...body, id: null } : (seen.add(body['id']), body)));
        const read = await readBack(written(task, { annotations: bodies }), false);
        const { objects, nextNumber } = liveObjectsOf(read.annotations, () => randomUUID());
        expect(liveDigest(objects, SIZE)).toBe(labelsDigest(read.annotations));
        expect(unlike(objects, (one) => one.number) && unlike(objects, (one) => one.id)).toBe(true);
        expect(objects.every((one) => one.number >= 1 && one.number < nextNumber)).toBe(true);
        const again = await readBack(written(task, { annotations: objects.map(bodyOfLive) }), false);
        expect(labelsDigest(again.annotations)).toBe(liveDigest(objects, SIZE));
        if (task !== 'image_classification') expect(again.annotations.map((one) => one['id'])).toEqual(objects.map((one) => one.number));
        // What the database gives back has its keys in another order.
        expect(liveDigest(objects.map((one) => Object.fromEntries(Object.entries(one).reverse()) as LiveObject), SIZE)).toBe(liveDigest(objects, SIZE));
      }),
      { numRuns: 60 },
    );
  });

  it('keep usable integer ids and UUIDs, and number the others behind them', () => {
    const uuid = randomUUID();
    const body = { class_id: 0, confidence: 1, bbox: [0, 0, 1, 1] };
    const { objects, nextNumber } = liveObjectsOf([{ ...body, id: 7 }, { ...body, id: uuid }, { ...body, id: -1 }, { ...body, id: 2 ** 40 }, body], (number) => `made ${number}`);
    expect(objects.map((one) => [one.number, one.id])).toEqual([[7, 'made 7'], [8, uuid], [9, 'made 9'], [10, 'made 10'], [11, 'made 11']]);
    expect(nextNumber).toBe(12);
  });
});

describe('a semantic mask', () => {
  const map = fc.array(fc.constantFrom(0, 0, 1, 4, 10, 255), { minLength: 60 * 40, maxLength: 60 * 40 }).map((values) => Uint8Array.from(values));

  it('goes through layers and an indexed PNG without loss, and is hashed by its pixels', () => {
    fc.assert(
      fc.property(map, (pixels) => {
        const layers = layersOfLabelMap(pixels, SIZE);
        expect(labelMapOf(layers, SIZE)).toEqual(pixels);
        const png = encodeMaskPng(pixels, SIZE);
        expect(encodeMaskPng(pixels, SIZE)).toEqual(png);
        const read = readMaskPixels(png);
        expect(typeof read === 'string' ? read : [...read.pixels]).toEqual([...pixels]);
        const { objects } = liveObjectsOfMask(layers, () => randomUUID());
        if (objects.length > 0) expect(liveDigest(objects, SIZE)).toBe(labelsDigest([], labelMapSha256(pixels)));
        expect(classIdsOf(objects)).toEqual([...new Set(pixels)].filter((value) => value !== 0 && value !== 255).map((value) => value - 1).sort((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });

  it('tells layers that overlap from those that do not', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), { minLength: 2, maxLength: 3 }), (masks) => {
        const spans = masks.map((bits) => maskSpans(rleText(runsOf(bits)), 12) ?? []);
        const shared = masks[0]?.some((_, at) => masks.filter((bits) => bits[at] === true).length > 1);
        expect(spansOverlap(spans)).toBe(shared);
      }),
    );
  });

  it('is turned rightly when it is larger than a tile and not square', () => {
    const size = { width: 131, height: 67 };
    const pixels = Uint8Array.from({ length: size.width * size.height }, (_, at) => (at % size.width === 130 ? 2 : Number(Math.floor(at / size.width) === 66)));
    expect(labelMapOf(layersOfLabelMap(pixels, size), size)).toEqual(pixels);
    expect(layersOfLabelMap(pixels, size)[1]).toEqual({ class_id: 1, counts: spansText([130 * 67, 131 * 67], 131 * 67) });
  });
});

describe('the tight box', () => {
  it('of runs is that of their pixels', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (bits) => {
        const set = bits.flatMap((bit, at) => (bit ? [[Math.floor(at / 5), at % 5] as const] : []));
        const [xs, ys] = [set.map(([x]) => x), set.map(([, y]) => y)];
        const [left, top] = [Math.min(...xs), Math.min(...ys)];
        const expected = set.length === 0 ? undefined : [left, top, Math.max(...xs) + 1 - left, Math.max(...ys) + 1 - top];
        expect(tightBox({ size: [5, 6], counts: runsOf(bits) })).toEqual(expected);
      }),
    );
  });

  it('of polygons is that of their corners', () => {
    expect(tightBox([[1, 2, 5, 2, 5, 7], [0.5, 3, 2, 3, 2, 4]])).toEqual([0.5, 2, 4.5, 5]);
    expect(tightBox([[1, 2, 1, 4, 1, 7]])).toBeUndefined();
  });
});

describe('COCO run lengths', () => {
  it('are the text of rleToString in pycocotools', () => {
    // Worked out by hand from rleToString of maskApi.c: both signs, one and two characters a run.
    expect(rleText([6, 1, 40, 4, 5, 4, 5, 4, 21])).toBe('61X13mN000`0');
    expect(rleCounts('61X13mN000`0')).toEqual([6, 1, 40, 4, 5, 4, 5, 4, 21]);
  });

  it('are read back from their text', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100_000_000 }), { maxLength: 40 }), (counts) => {
        expect(rleCounts(rleText(counts))).toEqual(counts);
      }),
    );
  });

  it('are refused when they claim more or less than the mask has, without taking memory for it', () => {
    expect(maskSpans(rleText([0, 1_000_000_000]), 2400)).toBeUndefined();
    expect(maskSpans(rleText([0, 2399]), 2400)).toBeUndefined();
    expect(maskSpans(rleText([5, 2, 2, 2400]), 2400)).toBeUndefined();
    expect(maskSpans('!', 2400)).toBeUndefined();
    expect(maskSpans(rleText([-3, 3, 2400]), 2400)).toBeUndefined();
    expect(maskSpans(rleText([0, 0, 1, 2, 0, 2397]), 2400)).toEqual([1, 2400]);
  });
});
