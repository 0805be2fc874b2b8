import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** The browser of this machine; null, with a line that says so, where there is none. In CI there must be one. */
export function chromePath(): string | null {
  const path = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';
  if (existsSync(path)) return path;
  if (process.env['CI'] === 'true') throw new Error(`There is no browser at ${path}: in CI the browser tests must run. Set CHROME_PATH.`);
  process.stderr.write(`SKIPPED: browser tests, because there is no browser at ${path}. Set CHROME_PATH.\n`);
  return null;
}

export const launch = (executablePath: string): Promise<Browser> => chromium.launch({ executablePath, args: ARGUMENTS });

const SETTLED_MILLISECONDS = 500;
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Serious and critical findings of axe (WCAG 2.2 AA), as readable lines. What is in mid-change is looked at again:
 * a button that has just been enabled is for some frames enabled and still has the colours of a disabled one.
 */
export async function seriousFindings(page: Page): Promise<string[]> {
  const found = await findingsNow(page);
  if (found.length === 0) return found;
  await page.waitForTimeout(SETTLED_MILLISECONDS);
  return findingsNow(page);
}

async function findingsNow(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const found: unknown = await page.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then((result) => result.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')
      .map((one) => one.id + ': ' + one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160) + ' ' + (node.any[0]?.message ?? '')).join(' | ')))`);
  return found as string[];
}

/** Everything that must not happen in a page: errors of scripts, refusals of the content policy, dialogs. */
export class Watch {
  readonly problems: string[] = [];

  constructor(page: Page) {
    page.on('pageerror', (error) => this.problems.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      this.problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      const text = message.text();
      // A refused request is an answer that tests ask for; the browser logs it all the same.
      if (message.type() === 'error' && !/^Failed to load resource/.test(text)) this.problems.push(`console: ${text.slice(0, 400)}`);
    });
  }
}

/** Keeps a picture where SHOTS_DIR names a folder: to look at the pages. */
export async function keepPicture(page: Page, name: string, fullPage = false): Promise<void> {
  const folder = process.env['SHOTS_DIR'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
}

/** How far the page is wider than its window, in pixels. */
export async function overflow(page: Page): Promise<number> {
  return (await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')) as number;
}
