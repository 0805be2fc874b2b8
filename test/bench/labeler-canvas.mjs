// Budgets of design/labeler.md for the canvas: CPU of all processes of a headless Chromium, ours and the baselines in turns on the same page.
//   node test/bench/labeler-canvas.mjs [--quick] [--only walks|drags|opens] [--show FOLDER]
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';

const TICK_MS = 10;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const medianOf = (runs, pick) => median(runs.map(pick));

async function pageScript() {
  const entry = fileURLToPath(new URL('./labeler-canvas/page.mjs', import.meta.url));
  const built = await build({ configFile: false, logLevel: 'error', build: { write: false, rollupOptions: { input: entry, output: { format: 'iife' } } } });
  return [built].flat()[0].output.find((one) => one.type === 'chunk').code;
}

/** CPU milliseconds so far of a process and of all that it started, ended children included. */
function cpuOfTree(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(name);
    if (stat !== null) parents.set(Number(name), stat);
  }
  const isOurs = (one) => one === pid || (parents.has(one) && isOurs(parents.get(one).parent));
  return [...parents].filter(([one]) => isOurs(one)).reduce((sum, [, { ticks }]) => sum + ticks * TICK_MS, 0);
}

function statOf(pid) {
  try {
    // The name of the program stands in brackets and may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return { parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0) };
  } catch {
    // It has ended meanwhile.
    return null;
  }
}

async function withPage(executablePath, work) {
  const server = await chromium.launchServer({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  try {
    const browser = await chromium.connect(server.wsEndpoint());
    const page = await browser.newPage({ viewport: { width: 1_440, height: 940 } });
    await page.exposeFunction('cpuMs', () => cpuOfTree(server.process().pid));
    await page.addScriptTag({ content: await pageScript() });
    return await work(page);
  } finally {
    await server.close();
  }
}

const call = (page, name, ...rest) => page.evaluate(([method, list]) => window.bench[method](...list), [name, rest]);

/** Each of the names in turns, so that a noisy neighbour meets all; the lists of what they answered. */
async function inTurns(rounds, names, ask) {
  const answers = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) for (const name of names) answers[name].push(await ask(name));
  return answers;
}

const ms = (value) => `${value.toPrecision(3)} ms`;
const row = (what, ours, theirs, name) => ({ what, this: ms(ours), baseline: ms(theirs), 'baseline is': name, ratio: (ours / theirs).toFixed(2) });
const againstGoal = (what, ours, goal) => row(what, ours, goal, 'the goal');

async function walks(page, { rounds, frames }) {
  const rows = [];
  for (const count of [200, 2_000, 10_000]) {
    const { ours, konva } = await inTurns(rounds, ['ours', 'konva'], (name) => call(page, 'walk', name, count, frames));
    const goal = count === 2_000 ? ' (goal: 0.7x)' : '';
    rows.push(row(`canvas: CPU a frame, all redrawn, ${count} shapes${goal}`, medianOf(ours, (one) => one.cpu), medianOf(konva, (one) => one.cpu), 'Konva, tuned and culled'));
  }
  return rows;
}

async function drags(page, { rounds, frames }) {
  const runs = await inTurns(rounds, ['ours', 'konva', 'konva-whole'], (name) => call(page, 'drag', name, 10_000, frames));
  const hovers = await inTurns(rounds, ['ours'], () => call(page, 'hover', 10_000, frames));
  const micro = median((await inTurns(rounds, ['ours'], () => call(page, 'hits', 10_000, 10_000))).ours);
  const cpu = (name) => medianOf(runs[name], (one) => one.cpu);
  return [
    row('canvas: CPU a frame, one dragged over 10,000', cpu('ours'), cpu('konva'), 'Konva with a drag layer'),
    row('canvas: CPU a frame, one dragged over 10,000', cpu('ours'), cpu('konva-whole'), 'Konva without'),
    againstGoal('canvas: time a frame, one dragged over 10,000', medianOf(runs.ours, (one) => one.wall), 17),
    againstGoal('canvas: time a frame, pointer over 10,000', medianOf(hovers.ours, (one) => one.wall), 17),
    { what: 'canvas: find what lies under a point, 10,000 shapes', this: `${micro.toPrecision(3)} us`, baseline: '20 us', 'baseline is': 'the goal', ratio: (micro / 20).toFixed(2) },
  ];
}

async function opens(page, { rounds }) {
  const { ours, annotorious } = await inTurns(rounds, ['ours', 'annotorious'], (name) => call(page, 'open', name, 1_000));
  return [
    row('canvas: open 1,000 boxes, CPU (goal: 100 ms)', medianOf(ours, (one) => one.opened.cpu), medianOf(annotorious, (one) => one.opened.cpu), 'annotorious'),
    row('canvas: open 1,000 boxes, until seen (goal: 100 ms)', medianOf(ours, (one) => one.opened.wall), medianOf(annotorious, (one) => one.opened.wall), 'annotorious'),
    row('canvas: one box more over 1,000, CPU (goal: 30 ms)', medianOf(ours, (one) => one.more.cpu), medianOf(annotorious, (one) => one.more.cpu), 'annotorious'),
    { what: 'canvas: nodes of the page with 1,000 boxes', this: String(ours[0].opened.nodes), baseline: String(annotorious[0].opened.nodes), 'baseline is': 'annotorious', ratio: (ours[0].opened.nodes / annotorious[0].opened.nodes).toFixed(2) },
  ];
}

const PARTS = { walks, drags, opens };

/** Rows of the benchmark's table; none, with a line that says so, where there is no browser. */
export async function labelerCanvas({ quick, only = null }) {
  const executablePath = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    process.stderr.write(`SKIPPED: the canvas, because there is no browser at ${executablePath}. Set CHROME_PATH.\n`);
    return [];
  }
  const effort = quick ? { rounds: 3, frames: 30 } : { rounds: 5, frames: 120 };
  return withPage(executablePath, async (page) => {
    const rows = [];
    for (const part of only === null ? Object.values(PARTS) : [PARTS[only]]) rows.push(...(await part(page, effort)));
    return rows;
  });
}

async function showInto(folder) {
  await withPage(process.env['CHROME_PATH'] ?? '/usr/bin/chromium', async (page) => {
    for (const name of ['ours', 'konva']) {
      await call(page, 'show', name, 2_000, 0.32);
      await page.screenshot({ path: `${folder}/${name}.png` });
    }
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const valueOf = (name) => (process.argv.includes(name) ? (process.argv[process.argv.indexOf(name) + 1] ?? null) : null);
  const [show, only] = [valueOf('--show'), valueOf('--only')];
  if (show !== null) await showInto(show);
  else console.table(await labelerCanvas({ quick: process.argv.includes('--quick'), only }));
}
