// Every page as somebody meets it: where it is, and what is done on it before the picture is taken.
import { OUTLINE } from './seed.mjs';

const ready = (page) => page.waitForSelector('main[data-phase=ready]');
const settled = async (page) => {
  await page.waitForLoadState('networkidle', { timeout: 800 }).catch(() => undefined);
  await page.waitForTimeout(400);
};

/** Places of the photo, as parts of its size, on the screen: it lies in the middle, and the page says how large. */
async function placesOf(page, { width, height }) {
  const area = await page.locator('[data-labeler-canvas]').boundingBox();
  const scale = Number(/(\d+) %/.exec(await page.textContent('[data-readout]'))[1]) / 100;
  return ([left, top]) => [area.x + area.width / 2 + (left - 0.5) * width * scale, area.y + area.height / 2 + (top - 0.5) * height * scale];
}

async function fillRing(page, points, at) {
  await page.keyboard.press('p');
  for (const point of points) await page.mouse.click(...at(point));
  await page.keyboard.press('Enter');
}

async function selectFirst(page) {
  await ready(page);
  await page.getByRole('option').first().click();
  await page.mouse.move(640, 5);
}

async function paint(page, { sets }) {
  await ready(page);
  const at = await placesOf(page, sets.mask.items[0]);
  await page.keyboard.press('2');
  await fillRing(page, [[0, 0.89], [0.3, 0.92], [0.7, 0.93], [1, 0.9], [1, 1], [0, 1]], at);
  await page.keyboard.press('1');
  await fillRing(page, OUTLINE, at);
  await page.keyboard.press('s');
  await page.mouse.move(...at([0.62, 0.7]));
  await page.waitForSelector('[data-save-state=saved]');
}

/** Two people change one object, one of them while the network is away. */
async function conflict(page, { call, sets }) {
  const { id, items } = sets.box;
  await ready(page);
  const isSave = /\/annotations\/\d+$/;
  await page.route(isSave, (route) => (route.request().method() === 'PATCH' ? route.abort('internetdisconnected') : route.continue()));
  await page.route(/\/events$/, (route) => route.abort('internetdisconnected'));
  await page.getByRole('option').first().click();
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('Shift+ArrowRight');
  await page.waitForSelector('[data-save-state=offline]');
  const image = items[4];
  const path = `datasets/${id}/annotations/${image.id}`;
  const { revision, annotations } = await call('GET', path);
  await call('PATCH', path, { annotations: annotations.map((one) => ({ ...one, bbox: [one.bbox[0], one.bbox[1] + image.height * 0.1, one.bbox[2], one.bbox[3] - image.height * 0.1] })) }, { 'if-match': `"${revision}"` });
  await page.unroute(isSave);
  await page.locator('header button').filter({ hasText: /Try again|다시/ }).click();
  await page.waitForSelector('[data-save-state=conflict]');
}

const label = (set, at = 0) => `/datasets/${set.id}/label/${set.items[at].id}`;
export const pagesOf = ({ box, polygon, mask, pose }) => [
  { name: 'datasets', path: '/datasets' },
  { name: 'dataset', path: `/datasets/${box.id}` },
  { name: 'gallery', path: `/datasets/${box.id}/images`, storage: { 'vision.gallery.labels': 'true' } },
  { name: 'labeler-box', path: label(box, 13), act: selectFirst },
  { name: 'labeler-polygon', path: label(polygon), act: selectFirst },
  { name: 'labeler-mask', path: label(mask), act: paint },
  { name: 'labeler-pose', path: label(pose), act: selectFirst },
  { name: 'labeler-help', path: label(box, 3), act: async (page) => (await ready(page), page.keyboard.press('F1')) },
  { name: 'conflict', path: label(box, 4), act: conflict },
  { name: 'versions', path: `/datasets/${box.id}/versions` },
  { name: 'compare', path: `/datasets/${box.id}/versions?from=1&to=2`, act: (page) => page.mouse.wheel(0, 520) },
  { name: 'classes', path: `/datasets/${box.id}/classes` },
  { name: 'members', path: `/datasets/${box.id}/members` },
  { name: 'upload', path: `/datasets/${box.id}/add` },
  { name: 'settings', path: '/settings' },
  { name: 'account', path: '/account' },
];

/** One page, with the pointer nowhere in the way. */
export async function showPage(context, { url, call, sets, page: { path, storage = {}, act } }) {
  const page = await context.newPage();
  await page.addInitScript((items) => Object.entries(items).forEach(([key, value]) => localStorage.setItem(key, value)), storage);
  await page.goto(`${url}${path}`);
  await page.waitForSelector('main');
  await settled(page);
  await act?.(page, { call, sets });
  await settled(page);
  return page;
}
