import { readFile, writeFile } from 'node:fs/promises';
import { bundleEntry, type BundledEntry } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImageChildProgram } from '../../apps/backend/src/modules/dataset/infrastructure/image-worker/image-child-program.js';
import { requestsUsd, storageUsd } from '../../apps/backend/src/modules/cost/domain/prices.js';
import { classesOf, CostUnderTest, type Classes } from './cost-under-test.js';

/** The scenarios of the first design, section 6, done for real: 100 images of 1 MB. `npm run cost:table` writes what it counts into docs/cost.md; else the table there is held against it. */
const DOCUMENT = new URL('../../docs/cost.md', import.meta.url);
const [BEGIN, END] = ['<!-- cost:table -->', '<!-- /cost:table -->'];
const CHILD = 'apps/backend/src/modules/dataset/infrastructure/image-worker/image-child.main.ts';
const PRICES = { storageGbMonth: 0.015, classAMillion: 4.5, classBMillion: 0.36, egressGb: 0 };
const IMAGES = 100;
/** A megabyte of noise. */
const SIDE = 577;
const EPOCHS = 10;

interface Row {
  readonly step: string;
  readonly seed: string;
  readonly requests: Classes;
  readonly bytes: number;
  readonly how: 'counted' | 'forecast';
}

let under: CostUnderTest;
let program: BundledEntry;
const rows: Row[] = [];

beforeAll(async () => {
  program = await bundleEntry(CHILD);
  under = await CostUnderTest.start({ IMAGE_WORKERS: '1' });
  under.backend.app.get(ImageChildProgram, { strict: false }).entry = program.path;
}, 120_000);
afterAll(async () => {
  await under?.close();
  await program?.remove();
});

async function stored(): Promise<number> {
  let bytes = 0;
  for (const prefix of ['datasets/', 'models/']) for await (const { sizeBytes } of under.bucket.list(prefix)) bytes += sizeBytes;
  return bytes;
}

/** What the store was asked by a step; looking at it is not in it. */
async function counted(step: string, seed: string, id: () => string, act: () => Promise<unknown>): Promise<void> {
  const bytesBefore = await stored();
  const before = under.asked();
  await act();
  await under.untilStill(id());
  const requests = classesOf(under.askedSince(before));
  rows.push({ step, seed, requests, bytes: (await stored()) - bytesBefore, how: 'counted' });
}

async function forecast(step: string, seed: string, id: string): Promise<void> {
  const { body } = await under.call<{ requests: Classes }>('GET', `datasets/${id}/cost/forecast?action=training&epochs=${EPOCHS}`);
  rows.push({ step, seed, requests: body.requests, bytes: 0, how: 'forecast' });
}

const makeZip = (id: string): Promise<unknown> => under.call('POST', `datasets/${id}/snapshots`, { zip: true });

async function lookAtAll(id: string): Promise<void> {
  const { body } = await under.call<{ items: { preview_url: string | null; url: string }[] }>('GET', `datasets/${id}/images?limit=${IMAGES}`);
  expect(body.items).toHaveLength(IMAGES);
  for (const { preview_url: preview, url } of body.items) expect((await fetch(preview ?? url)).status).toBe(200);
}

async function zipOf(id: string): Promise<Blob> {
  const { body } = await under.call<{ url: string }>('GET', `datasets/${id}/snapshots/1/download`);
  return (await fetch(body.url)).blob();
}

function tableOf(): string {
  const lines = rows.map(({ step, seed, requests, bytes, how }) => {
    const once = requestsUsd(PRICES, { classA: requests.class_a, classB: requests.class_b });
    return `| ${step} | ${seed} | ${requests.class_a} | ${requests.class_b} | $${once.toFixed(7)} | ${(bytes / 1e6).toFixed(1)} MB | $${storageUsd(PRICES, bytes).toFixed(5)} | ${how} |`;
  });
  return ['| step | the seed said | class A | class B | requests, once | stored more | a month | how |', '|---|---|---|---|---|---|---|---|', ...lines].join('\n');
}

describe('the scenarios of the first design', () => {
  it('cost what docs/cost.md says', async () => {
    let id = '';
    const names = Array.from({ length: IMAGES }, (_, index) => `${index + 1}.png`);
    await counted('B1 upload 100 images', '$0.0001', () => id, async () => {
      id = await under.people.createDataset(under.people.admin);
      for (let at = 0; at < IMAGES; at += 10) await under.addImages(id, names.slice(at, at + 10), SIDE);
    });
    await counted('B2 look at 100 images and label them', '~$0', () => id, async () => {
      await lookAtAll(id);
      for (let number = 1; number <= IMAGES; number += 1) await under.label(id, number);
    });
    await counted('B3 version with its zip', '$0.0002', () => id, () => makeZip(id));
    await forecast(`B4 train, ${EPOCHS} epochs`, '$0.0001', id);
    await counted('B5 five labels, then a new version with its zip', '$0.0002', () => id, async () => {
      for (let number = 1; number <= 5; number += 1) await under.label(id, number);
      await under.untilStill(id);
      await makeZip(id);
    });
    await forecast(`B6 train again, ${EPOCHS} epochs`, '$0.0001', id);
    const zip = await zipOf(id);
    let uploaded = '';
    await counted('A1 upload a finished dataset as a zip', '$0.0001', () => uploaded, async () => {
      const form = new FormData();
      form.append('file', zip, 'dataset.zip');
      const made = await under.people.call<{ id: string }>('POST', 'datasets/upload', { token: under.people.admin, form });
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      uploaded = made.body.id;
    });
    await forecast(`A2 train, ${EPOCHS} epochs: the version's zip is a copy of the upload`, '$0.0001', uploaded);
    await makeZip(uploaded);
    await under.untilStill(uploaded);
    await forecast(`A3 train again, ${EPOCHS} epochs`, '$0.0001', uploaded);
    const text = await readFile(DOCUMENT, 'utf8');
    const [before = '', rest = ''] = text.split(BEGIN);
    const [known = '', after = ''] = rest.split(END);
    if (process.env['UPDATE_COST_TABLE'] === '1') await writeFile(DOCUMENT, `${before}${BEGIN}\n${tableOf()}\n${END}${after}`);
    else compare(known);
  }, 600_000);
});

/** The live view is written as the clock wills, so that a row may differ by some requests. */
function compare(known: string): void {
  const lines = known.trim().split('\n').slice(2);
  expect(lines).toHaveLength(rows.length);
  for (const [index, { step, requests, bytes }] of rows.entries()) {
    const cells = (lines[index] ?? '').split('|').map((cell) => cell.trim());
    expect(cells[1]).toBe(step);
    expect(Math.abs(Number(cells[3]) - requests.class_a), step).toBeLessThanOrEqual(Math.max(20, requests.class_a * 0.1));
    expect(Math.abs(Number(cells[4]) - requests.class_b), step).toBeLessThanOrEqual(Math.max(20, requests.class_b * 0.1));
    expect(Math.abs(Number.parseFloat(cells[6] ?? '') * 1e6 - bytes), step).toBeLessThanOrEqual(1e6 + bytes * 0.05);
  }
}
