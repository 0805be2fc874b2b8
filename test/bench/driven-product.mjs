// The built product in a folder of its own, and a browser before it: for drills and pictures that drive the pages as a person does.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRY = join(ROOT, 'dist/standalone/apps/standalone/src/main.js');
const CHROME = process.env.CHROME_PATH ?? '/usr/bin/chromium';

/** Ends the program with a sentence where something that it needs is not there. */
export function need(path, sentence) {
  if (existsSync(path)) return;
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

export async function startProduct(folder) {
  need(ENTRY, 'Nothing is built yet; run `npm start` or `node scripts/build.mjs` once.');
  const child = spawn(process.execPath, [ENTRY, '--data', join(folder, 'data'), '--port', '0', '--json'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line').then(([line]) => line), ended.then(() => null)]);
  if (first === null) throw new Error('the product did not start: see `npm start`');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { ...JSON.parse(first), stop };
}

export function startBrowser() {
  need(CHROME, `There is no browser at ${CHROME}; set CHROME_PATH.`);
  return chromium.launch({ executablePath: CHROME, args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
}

export async function logIn(page, { url, admin }) {
  await page.goto(url);
  await page.fill('input[name=email]', admin.email);
  await page.fill('input[name=password]', admin.password);
  await page.keyboard.press('Enter');
  await page.waitForURL((address) => !address.pathname.startsWith('/login'));
  await page.waitForSelector('main');
}
