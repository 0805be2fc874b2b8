import { maskSpans, spansText } from '@app/dice-format';
import sharp from 'sharp';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../api-client.js';
import { startProduct, type Product } from '../harness.js';
import { chromePath, keepPicture, launch, seriousFindings } from './browser.js';
import { LabelerPage, type Place } from './labeler-page.js';
import { proposeMask } from './proposed-mask.js';

/** The labeler before the real product: pointer, keys, a network that fails, and a second person. */
const chrome = chromePath();
const WIDTH = 640;
const HEIGHT = 480;
/** Of the image: the left half is red, the right half blue. */
const RED = [200, 30, 40];
const IMAGES = 5;
let product: Product;
let browser: Browser;
let api: ApiClient;

interface Labels {
  readonly revision: number;
  readonly status: string;
  readonly annotations?: readonly { readonly id: string; readonly class_id: number; readonly bbox?: readonly number[]; readonly segmentation?: readonly number[][]; readonly keypoints?: readonly number[] }[];
  readonly annotation?: { readonly class_id?: number; readonly mask?: { readonly size: readonly number[]; readonly classes: readonly { readonly class_id: number; readonly counts: string }[] } } | null;
}

beforeAll(async () => {
  if (chrome === null) return;
  product = await startProduct();
  browser = await launch(chrome);
  api = await ApiClient.logIn(product);
});
afterAll(async () => {
  if (chrome === null) return;
  await browser?.close();
  await product?.stop();
});

async function dataset(task: string, classes: readonly unknown[] = [{ name: 'fox' }, { name: 'owl' }]): Promise<string> {
  const made = await api.call<{ id: string }>('POST', 'datasets/create', { name: `Labels ${task}`, task_type: task, classes });
  const form = new FormData();
  for (let index = 0; index < IMAGES; index += 1) {
    const right = await sharp({ create: { width: WIDTH / 2, height: HEIGHT, channels: 3, background: { r: 20, g: 40 + index, b: 220 } } }).png().toBuffer();
    const bytes = await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: { r: RED[0] ?? 0, g: RED[1] ?? 0, b: RED[2] ?? 0 } } })
      .composite([{ input: right, left: WIDTH / 2, top: 0 }])
      .png()
      .toBuffer();
    form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), `photo-${index + 1}.png`);
  }
  const sent = await fetch(`${product.url}/api/v1/datasets/${made.body.id}/images`, { method: 'POST', headers: { authorization: `Bearer ${api.token}` }, body: form });
  if (!sent.ok) throw new Error(await sent.text());
  return made.body.id;
}
const labels = async (id: string, image = 1): Promise<Labels> => (await api.call<Labels>('GET', `datasets/${id}/annotations/${image}`)).body;
const pixelsOf = (counts: string): number => (maskSpans(counts, WIDTH * HEIGHT) ?? []).reduce((sum, border, at) => sum + (at % 2 === 0 ? -border : border), 0);
const pathOf = (id: string, image = 1): string => `/datasets/${id}/label/${image}`;
/** In the middle of the window, where the canvas is. */
const AT: Place = { x: 420, y: 300 };
const away = ({ x, y }: Place, dx: number, dy: number): Place => ({ x: x + dx, y: y + dy });

describe.skipIf(chrome === null)('the labeler', () => {
  it('draws a box where the pointer is, at three zooms, and undoes to nothing', async () => {
    const id = await dataset('object_detection');
    const labeler = await LabelerPage.open(browser, product, pathOf(id));
    const expected: number[][] = [];
    for (const delta of [0, -500, -900]) {
      if (delta !== 0) await labeler.zoom(AT, delta);
      const [from, to] = [await labeler.placeAt(AT), await labeler.placeAt(away(AT, 130, 90))];
      await labeler.drag(AT, away(AT, 130, 90));
      expected.push([from.x, from.y, to.x - from.x, to.y - from.y]);
    }
    await labeler.saved();
    const drawn = (await labels(id)).annotations ?? [];
    expect(drawn).toHaveLength(3);
    drawn.forEach((one, index) => one.bbox?.forEach((value, side) => expect(Math.abs(value - (expected[index]?.[side] ?? NaN))).toBeLessThanOrEqual(0.15)));
    await keepPicture(labeler.page, 'labeler-boxes');
    for (let step = 0; step < 3; step += 1) await labeler.key('Control+z');
    await labeler.saved();
    expect(await labels(id)).toMatchObject({ status: 'unlabeled', annotations: [] });
    await labeler.key('Control+Shift+z');
    await labeler.saved();
    expect((await labels(id)).annotations).toHaveLength(1);
    await labeler.close();
  });

  it('draws a polygon and a pose, and classifies, by the same keys', async () => {
    const [polygons, poses, classes] = [await dataset('instance_segmentation'), await dataset('pose_estimation', [{ name: 'bird', keypoints: ['beak', 'wing', 'tail'], skeleton: [[0, 1]] }]), await dataset('image_classification')];
    const labeler = await LabelerPage.open(browser, product, pathOf(polygons));
    await labeler.key('p');
    const corners = [AT, away(AT, 160, 10), away(AT, 120, 140)];
    const places: Place[] = [];
    for (const corner of corners) places.push(await labeler.placeAt(corner));
    for (const corner of corners) await labeler.click(corner);
    await labeler.key('Enter');
    await labeler.saved();
    const ring = (await labels(polygons)).annotations?.[0]?.segmentation?.[0] ?? [];
    ring.forEach((value, index) => expect(Math.abs(value - (places[index >> 1]?.[index % 2 === 0 ? 'x' : 'y'] ?? NaN))).toBeLessThanOrEqual(0.15));
    expect(ring).toHaveLength(6);

    await labeler.goto(pathOf(poses));
    await labeler.key('k');
    await labeler.click(AT);
    await labeler.key('x');
    await labeler.click(away(AT, 60, 60));
    await labeler.saved();
    expect((await labels(poses)).annotations?.[0]?.keypoints?.filter((_, index) => index % 3 === 2)).toEqual([2, 0, 2]);

    await labeler.goto(pathOf(classes));
    await labeler.key('2');
    await labeler.saved();
    expect((await labels(classes)).annotation?.class_id).toBe(1);
    await labeler.close();
  });

  it('paints a mask by brush, fill and eraser, and takes strokes back', async () => {
    const id = await dataset('semantic_segmentation');
    const labeler = await LabelerPage.open(browser, product, pathOf(id));
    const painted = async (): Promise<readonly number[]> => (await labels(id)).annotation?.mask?.classes.map((layer) => layer.class_id) ?? [];
    await labeler.drag(AT, away(AT, 150, 40));
    await labeler.key('2');
    await labeler.drag(away(AT, 0, 100), away(AT, 150, 100));
    await expect.poll(painted, { timeout: 15_000 }).toEqual([0, 1]);
    await keepPicture(labeler.page, 'labeler-mask');
    await labeler.key('Control+z');
    await expect.poll(painted, { timeout: 15_000 }).toEqual([0]);
    await labeler.key('g');
    await labeler.click(away(AT, 0, 200));
    await expect.poll(painted, { timeout: 15_000 }).toEqual([0, 1]);
    await labeler.saved();
    await labeler.reload();
    await labeler.key('e');
    for (let step = 0; step < 40; step += 1) await labeler.key(']');
    await labeler.page.getByText('Brush size 1000 px').waitFor();
    await labeler.drag(away(AT, -100, -100), away(AT, 300, 200));
    await expect.poll(async () => (await labels(id)).annotation, { timeout: 15_000 }).toBeNull();
    await labeler.close();
  });

  it('shows the mask that a model proposes, and fills with it only what nobody painted', async () => {
    const id = await dataset('semantic_segmentation');
    const half = (WIDTH / 2) * HEIGHT;
    await proposeMask(product.database_url, id, { class_id: 1, counts: spansText([0, half], WIDTH * HEIGHT), score: 0.9 });
    const labeler = await LabelerPage.open(browser, product, pathOf(id));
    const painted = async (): Promise<readonly [number, number][]> => (await labels(id)).annotation?.mask?.classes.map(({ class_id, counts }) => [class_id, pixelsOf(counts)]) ?? [];
    const start = await labeler.placeAt(AT);
    expect(start.x).toBeLessThan(WIDTH / 2);
    await labeler.click(AT);
    await expect.poll(painted, { timeout: 15_000 }).toMatchObject([[0, expect.any(Number)]]);
    const [[, mine] = [0, 0]] = await painted();
    await keepPicture(labeler.page, 'labeler-proposed-mask');
    expect(await seriousFindings(labeler.page)).toEqual([]);
    await labeler.page.getByRole('button', { name: 'Accept owl, 90%' }).click();
    await expect.poll(painted, { timeout: 15_000 }).toEqual([[0, mine], [1, half - mine]]);
    await labeler.page.getByRole('button', { name: 'Accept owl, 90%' }).waitFor({ state: 'detached' });
    await labeler.key('Control+z');
    await expect.poll(painted, { timeout: 15_000 }).toEqual([[0, mine]]);
    await labeler.page.getByRole('button', { name: 'Accept owl, 90%' }).waitFor();
    await labeler.close();
  });

  it('goes through the images by keys in the filtered order, and labels without a pointer', async () => {
    const id = await dataset('object_detection');
    await api.call('POST', `datasets/${id}/images/bulk`, { ids: [2, 4], action: 'split', split: 'val' });
    const labeler = await LabelerPage.open(browser, product, `${pathOf(id, 2)}?split=val`);
    await labeler.key('2');
    await labeler.key('Control+Alt+b');
    await labeler.key('ArrowRight');
    await labeler.key('Control+ArrowDown');
    const box = async (): Promise<readonly number[] | undefined> => (await labels(id, 2)).annotations?.[0]?.bbox;
    await labeler.saved();
    const [before, first] = [await box(), (await labels(id, 2)).annotations?.[0]];
    expect(first?.class_id).toBe(1);
    await labeler.key('Shift+ArrowLeft');
    await labeler.saved();
    expect((await box())?.[0]).toBeCloseTo((before?.[0] ?? 0) - 10, 3);
    await labeler.key('Escape');
    await labeler.key('d');
    await labeler.page.waitForURL(`**/label/4?split=val`);
    await labeler.key('d');
    await labeler.page.getByText('This is the last image of this selection.').waitFor();
    await labeler.ready();
    await labeler.key('Shift+N');
    await labeler.saved();
    expect(await labels(id, 4)).toMatchObject({ status: 'labeled', annotations: [] });
    await labeler.key('a');
    await labeler.page.waitForURL(`**/label/2?split=val`);
    await expect.poll(() => labeler.objects()).toBe(1);
    await labeler.close();
  });

  it('keeps edits while the network is away, over a reload, and delivers them once', async () => {
    const id = await dataset('object_detection');
    const labeler = await LabelerPage.open(browser, product, pathOf(id));
    const isSave = /\/annotations\/\d+$/;
    await labeler.page.route(isSave, (route) => (route.request().method() === 'PATCH' ? route.abort('internetdisconnected') : route.continue()));
    await labeler.key('b');
    await labeler.drag(AT, away(AT, 100, 100));
    await expect.poll(() => labeler.state, { timeout: 10_000 }).toBe('offline');
    expect((await labels(id)).annotations).toEqual([]);
    await labeler.reload();
    await expect.poll(() => labeler.objects()).toBe(1);
    await expect.poll(() => labeler.state, { timeout: 10_000 }).toBe('offline');
    await labeler.page.unroute(isSave);
    await labeler.page.getByRole('button', { name: 'Try again' }).click();
    await labeler.saved();
    const history = await api.call<{ items: { changes: unknown[] }[] }>('GET', `datasets/${id}/annotations/1/history`);
    expect(history.body.items.filter((one) => one.changes.length > 0)).toHaveLength(1);
    await labeler.reload();
    expect([await labeler.objects(), (await labels(id)).annotations?.length]).toEqual([1, 1]);
    await labeler.close();
  });

  it('lets two persons label one image, loses nothing, and shows both where they changed the same', async () => {
    const id = await dataset('object_detection');
    const [ann, bob] = await Promise.all([LabelerPage.open(browser, product, pathOf(id)), LabelerPage.open(browser, product, pathOf(id))]);
    for (const one of [ann, bob]) await one.key('b');
    await Promise.all([ann.drag(AT, away(AT, 80, 80)), bob.drag(away(AT, 120, 0), away(AT, 200, 80))]);
    await Promise.all([ann.saved(), bob.saved()]);
    await expect.poll(async () => [await ann.objects(), await bob.objects()], { timeout: 15_000 }).toEqual([2, 2]);
    expect((await labels(id)).annotations).toHaveLength(2);

    // Now the same object: one makes it an owl, while the other, who has not seen it, moves it and makes it nothing of the kind.
    await bob.page.route(/\/annotations\/\d+$/, (route) => (route.request().method() === 'PATCH' ? route.abort('internetdisconnected') : route.continue()));
    await bob.page.route(/\/events$/, (route) => route.abort('internetdisconnected'));
    for (const one of [ann, bob]) await one.key('v');
    await bob.click(away(AT, 40, 40));
    await bob.key('Shift+ArrowRight');
    await expect.poll(() => bob.state, { timeout: 10_000 }).toBe('offline');
    await ann.click(away(AT, 40, 40));
    await ann.key('Shift+ArrowDown');
    await ann.saved();
    await bob.page.unroute(/\/annotations\/\d+$/);
    await bob.page.getByRole('button', { name: 'Try again' }).click();
    await bob.page.getByText('Somebody changed the same object').waitFor();
    expect(await bob.state).toBe('conflict');
    await keepPicture(bob.page, 'labeler-conflict');
    await bob.page.getByRole('button', { name: 'Keep both' }).click();
    await bob.saved();
    expect((await labels(id)).annotations).toHaveLength(3);
    await expect.poll(() => ann.objects(), { timeout: 15_000 }).toBe(3);
    await Promise.all([ann.close(), bob.close()]);
  });

  it('reads the pixels that the store sends, and shows 2,000 objects with few elements', async () => {
    const id = await dataset('object_detection');
    const annotations = Array.from({ length: 2_000 }, (_, index) => ({ class_id: index % 2, bbox: [(index % 50) * 12, Math.floor(index / 50) * 11, 8, 7] }));
    const labeler = await LabelerPage.open(browser, product, pathOf(id, 2));
    expect(await labeler.colorAt({ x: 400, y: 300 })).toEqual([...RED, 255]);
    expect((await api.call('PATCH', `datasets/${id}/annotations/1`, { annotations }, { 'if-match': '"1"' })).status).toBe(200);
    await labeler.key('a');
    await expect.poll(() => labeler.objects()).toBe(2_000);
    expect(await labeler.page.evaluate('document.querySelectorAll("*").length')).toBeLessThanOrEqual(800);
    await labeler.key('Control+a');
    await labeler.key('Delete');
    await labeler.saved();
    expect((await labels(id)).annotations).toEqual([]);
    await labeler.close();
  });

  it.each([
    ['ko-KR', 'light', '객체'],
    ['en-US', 'dark', 'Objects'],
  ] as const)('is accessible and whole in %s, %s', async (locale, scheme, word) => {
    const id = await dataset('object_detection');
    await api.call('PATCH', `datasets/${id}/annotations/1`, { annotations: [{ class_id: 0, bbox: [40, 60, 200, 150] }, { class_id: 1, bbox: [340, 160, 120, 220], attributes: { hidden: true } }] }, { 'if-match': '"1"' });
    const labeler = await LabelerPage.open(browser, product, pathOf(id), { locale, scheme });
    await labeler.page.getByRole('listbox', { name: word }).getByRole('option').first().click();
    expect(await seriousFindings(labeler.page)).toEqual([]);
    await keepPicture(labeler.page, `labeler-${locale}-${scheme}`);
    await labeler.key('Shift+Slash');
    await labeler.page.getByRole('dialog').waitFor();
    expect(await seriousFindings(labeler.page)).toEqual([]);
    await labeler.key('Escape');
    await labeler.page.setViewportSize({ width: 390, height: 800 });
    expect(await labeler.page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    const ways = await labeler.page.locator('header button:visible').all();
    const places = await Promise.all(ways.map((way) => way.boundingBox()));
    expect(places.length).toBeGreaterThanOrEqual(7);
    for (const place of places) {
      expect((place?.x ?? NaN) + (place?.width ?? NaN)).toBeLessThanOrEqual(390);
      expect((place?.y ?? NaN) + (place?.height ?? NaN)).toBeLessThanOrEqual(88);
    }
    await keepPicture(labeler.page, `labeler-${locale}-narrow`);
    await labeler.close();
  });
});
