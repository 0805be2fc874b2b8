import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classesOf, CostUnderTest, type Classes } from './cost-under-test.js';

interface Forecast {
  readonly requests: Classes;
  readonly usd: number;
  readonly bytes: number;
  readonly exact: boolean;
}
/** What is told before an action is what the store is asked by it. */
let under: CostUnderTest;

beforeAll(async () => {
  under = await CostUnderTest.start();
});
afterAll(() => under?.close());

const forecast = async (id: string, query: string): Promise<Forecast> => (await under.call<Forecast>('GET', `datasets/${id}/cost/forecast?${query}`)).body;

/** Tells what an action will cost, does it, and compares with what the store was asked. */
async function held(id: string, query: string, act: () => Promise<{ readonly status: number }>): Promise<Forecast> {
  await under.untilStill(id);
  const before = under.asked();
  const told = await forecast(id, query);
  expect(under.asked(), 'a forecast asks nothing of the store').toEqual(before);
  expect((await act()).status).toBeLessThan(300);
  await under.untilStill(id);
  expect(classesOf(under.askedSince(before)), query).toEqual(told.requests);
  return told;
}

describe('a forecast', () => {
  it('of a version without and with a zip, of one that is there, and of a restore is what is counted', async () => {
    const id = await under.dataset(3, 30);
    const version = await held(id, 'action=snapshot', () => under.call('POST', `datasets/${id}/snapshots`, {}));
    expect(version).toMatchObject({ requests: { class_a: 1, class_b: 0 }, usd: 0.0000045, exact: true });
    expect(await forecast(id, 'action=snapshot')).toMatchObject({ requests: { class_a: 0, class_b: 0 }, bytes: 0 });
    const zip = await held(id, 'action=snapshot-zip', () => under.call('POST', `datasets/${id}/snapshots`, { zip: true }));
    // Three images are read; the zip, the manifest that names it, and `latest.json`.
    expect(zip.requests).toEqual({ class_a: 3, class_b: 3 });
    const made = await under.pool.query<{ size: number }>('select size_bytes::int as size from snapshots where dataset_id = $1', [id]);
    expect(Math.abs(zip.bytes - (made.rows[0]?.size ?? 0))).toBeLessThan(1_000);
    expect(await forecast(id, 'action=snapshot-zip&version=1')).toMatchObject({ requests: { class_a: 0, class_b: 0 } });
    expect(await forecast(id, 'action=training&epochs=5')).toMatchObject({ requests: { class_a: 13, class_b: 13 }, exact: false });
    await under.label(id, 1);
    await under.untilStill(id);
    await held(id, 'action=restore', () => under.call('POST', `datasets/${id}/snapshots/1/restore`));
  });

  it('of a zip in parts, and of one that begins like another, is what is counted', async () => {
    const id = await under.dataset(4, 900);
    const whole = await held(id, 'action=snapshot-zip', () => under.call('POST', `datasets/${id}/snapshots`, { zip: true }));
    // 9.7 MB: two parts.
    expect(whole.requests).toEqual({ class_a: 6, class_b: 4 });
    await under.label(id, 2);
    const edited = await held(id, 'action=snapshot-zip', () => under.call('POST', `datasets/${id}/snapshots`, { zip: true }));
    // Create, one copy, one part, Complete, manifest, `latest.json`; the seam is looked at.
    expect(edited.requests).toEqual({ class_a: 6, class_b: 1 });
    await under.addImages(id, ['new.png'], 900);
    const grown = await held(id, 'action=snapshot-zip', () => under.call('POST', `datasets/${id}/snapshots`, { zip: true }));
    expect(grown.requests).toEqual({ class_a: 6, class_b: 2 });
    const unknown = await under.call('GET', `datasets/${id}/cost/forecast?action=snapshot-zip&version=99`);
    expect(unknown.status).toBe(404);
  });
});
