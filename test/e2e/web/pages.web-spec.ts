import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FAKE_PASSWORD } from '../../../apps/labeler/dev/fake-api.js';
import { chromePath, keepPicture, launch, overflow, seriousFindings, Watch } from './browser.js';
import { serveFake, type FakeSite } from './fake-site.js';

/**
 * Every page as it is delivered, before an API from memory: in both languages, both schemes and three widths. Nothing may be refused by the
 * content policy, nothing may be wider than the window, axe may find nothing serious. SHOTS_DIR=folder keeps a picture of each.
 */
const chrome = chromePath();
const LOOKS = [
  { language: 'ko', scheme: 'light', width: 1440 },
  { language: 'en', scheme: 'dark', width: 1440 },
  { language: 'ko', scheme: 'dark', width: 1024 },
  { language: 'en', scheme: 'light', width: 1024 },
  { language: 'ko', scheme: 'dark', width: 390 },
  { language: 'en', scheme: 'light', width: 390 },
] as const;
const HEIGHT = 860;
/** The second training of the fake API is completed, the first failed. */
const COMPLETED = '/training/0d0f0000-0000-4000-8000-000000000002';
const FAILED = '/training/0d0f0000-0000-4000-8000-000000000001';
const RUNNING = '/training/0d0f0000-0000-4000-8000-000000000003';
/** The parts of a dataset: in three of the looks, which have both languages, both schemes and every width between them. */
const PARTS = [
  ['dataset-unpacking', '/datasets/platform-field-1f2eb908'],
  // A whole gallery is too tall for one picture; gallery.e2e-spec.ts looks at it.
  ['gallery', '/datasets/platform-pcb-1f2e9a19/images?status=reviewed'],
  ['gallery-nothing', '/datasets/platform-pcb-1f2e9a19/images?status=reviewed&q=zzz'],
  ['add-images', '/datasets/platform-pcb-1f2e9a19/add'],
  ['versions', '/datasets/platform-road-1f2e5c3b/versions'],
  ['versions-none', '/datasets/platform-field-1f2eb908/versions'],
  ['versions-compare', '/datasets/platform-road-1f2e5c3b/versions?from=2&to=3'],
  ['models', '/datasets/platform-digits-1f2e3d4c/models'],
  ['add-model', '/datasets/platform-road-1f2e5c3b/models/add'],
  ['classes', '/datasets/platform-road-1f2e5c3b/classes'],
  ['members', '/datasets/platform-road-1f2e5c3b/members'],
  ['settings', '/settings'],
] as const;
/** All three trainings, and one that is not there: in two looks. */
const COMPARISON = ['runs', `/training/compare?jobs=${[1, 2, 3, 255].map((one) => `0d0f0000-0000-4000-8000-${one === 255 ? '0000000000ff' : String(one).padStart(12, '0')}`).join()}`] as const;
const LOOKS_OF_COMPARISON: readonly number[] = [1, 4];
const LOOKS_OF_PARTS: readonly number[] = [1, 3, 4];
/** Each language, scheme and width is among these; the other pairs are looked at in `npm run test:deep`. */
const LOOKS_OF_EVERY_RUN: readonly number[] = LOOKS_OF_PARTS;
const LOOKS_NOW = [...LOOKS.entries()].filter(([index]) => process.env['VISION_ALL_LOOKS'] === '1' || LOOKS_OF_EVERY_RUN.includes(index));
const PAGES = [
  ['datasets', '/datasets'],
  ['dataset', '/datasets/platform-digits-1f2e3d4c'],
  ['dataset-warnings', '/datasets/platform-road-1f2e5c3b'],
  ['trash', '/datasets/trash'],
  ['nothing-found', '/datasets?q=zzz'],
  ['jobs', '/training'],
  ['job-running', RUNNING],
  ['job-completed', COMPLETED],
  ['job-failed', FAILED],
  ['account', '/account'],
  ['users', '/users'],
  ['absent', '/datasets/platform-absent-00000000'],
  ['job-absent', '/training/0d0f0000-0000-4000-8000-0000000000ff'],
  ['not-found', '/no-such-page'],
] as const;

let site: FakeSite;
let browser: Browser;

beforeAll(async () => {
  if (chrome === null) return;
  site = await serveFake(inject('pageFolder'), { mustChangePassword: false, epochMilliseconds: 20_000 });
  browser = await launch(chrome);
});
afterAll(async () => {
  if (chrome === null) return;
  await browser.close();
  await site.close();
});

type Look = (typeof LOOKS)[number];

async function open(look: Look, url = site.url): Promise<{ page: Page; watch: Watch }> {
  const context = await browser.newContext({ viewport: { width: look.width, height: HEIGHT }, colorScheme: look.scheme, locale: look.language === 'ko' ? 'ko-KR' : 'en-US', reducedMotion: 'reduce', acceptDownloads: true });
  const page = await context.newPage();
  const watch = new Watch(page);
  await page.goto(`${url}/`);
  await page.waitForSelector('input[type=email]');
  return { page, watch };
}

async function logIn(page: Page): Promise<void> {
  await page.fill('input[name=email]', 'admin@example.com');
  await page.fill('input[name=password]', FAKE_PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('main#main h1');
}

async function settled(page: Page): Promise<void> {
  // Skeletons of what is still asked for.
  for (const one of await page.locator('[role=status][aria-label]').all()) await one.waitFor({ state: 'detached' });
  await page.waitForTimeout(250);
}

/** What each page must hold to be shown. */
async function check(page: Page, name: string, look: Look): Promise<string[]> {
  await keepPicture(page, `${name}-${look.language}-${look.scheme}-${look.width}`, true);
  const wide = await overflow(page);
  const text = (await page.evaluate('document.body.innerText')) as string;
  const title = await page.title();
  const rawKeys = /\b(?:datasets|dataset|gallery|bulk|versions|restore|compare|classes|members|splits|addImages|addModel|models|modelFinding|exports|imports|background|doctor|jobs?|runs|train|trash|shortcuts|upload|problem|keys|users|common|state)\.[a-z][A-Za-z]+\b/.exec(text);
  return [
    ...(wide > 0 ? [`${name}: ${wide} px wider than the window`] : []),
    ...(/^.+ · Vision Platform$/.test(title) ? [] : [`${name}: the tab is named ${title}`]),
    ...(rawKeys === null ? [] : [`${name}: shows a key of a text: ${rawKeys[0]}`]),
    ...(await seriousFindings(page)).map((one) => `${name}: ${one}`),
  ];
}

describe.skipIf(chrome === null)('the pages', () => {
  for (const [index, look] of LOOKS_NOW) {
    it(`are whole and accessible: ${look.language}, ${look.scheme}, ${look.width} px`, async () => {
      const { page, watch } = await open(look);
      const findings = await check(page, 'login', look);
      await expect.poll(() => page.getAttribute('html', 'lang')).toBe(look.language);
      await expect.poll(() => page.getAttribute('html', 'data-mantine-color-scheme')).toBe(look.scheme);
      await logIn(page);
      for (const [name, path] of [...PAGES, ...(LOOKS_OF_PARTS.includes(index) ? PARTS : []), ...(LOOKS_OF_COMPARISON.includes(index) ? [COMPARISON] : [])]) {
        await page.goto(`${site.url}${path}`);
        await page.waitForSelector('h1, [role=alert], h2');
        await settled(page);
        findings.push(...(await check(page, name, look)));
      }
      expect(findings).toEqual([]);
      expect(watch.problems).toEqual([]);
      await page.context().close();
    });
  }
});
