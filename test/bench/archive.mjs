// Reading archives: a million entries against yauzl, and the adversarial corpus, each reading in a child of its own.
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { adversarialCorpus } from './adversarial-corpus.mjs';

const run = promisify(execFile);
const CHILD = new URL('./archive-child.mjs', import.meta.url).pathname;
const GOAL = { cpuSeconds: 0.1, peakMegabytes: 120 };

const child = async (reader, path) => JSON.parse((await run(process.execPath, [CHILD, reader, path])).stdout);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const middle = (runs, fact) => median(runs.map((one) => one[fact]));

async function listing(folder, plannedZip, { entries, rounds }) {
  const path = join(folder, 'many.zip');
  const nothing = new Uint8Array(0);
  const planned = Array.from({ length: entries }, (_, index) => ({ name: `images/${index}.png`, sizeBytes: 0, crc32: 0, open: () => [nothing] }));
  await pipeline(Readable.from(plannedZip(planned).stream()), createWriteStream(path));
  const [ours, theirs] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await child('yauzl', path));
    ours.push(await child('ours', path));
  }
  if (ours.some((one) => one.entries !== entries)) throw new Error(`the listing failed: ${JSON.stringify(ours)}`);
  const what = `list and judge a zip of ${entries.toLocaleString('en')} entries`;
  const [cpu, base] = [middle(ours, 'cpuSeconds'), middle(theirs, 'cpuSeconds')];
  const [memory, baseMemory] = [middle(ours, 'peakMegabytes'), middle(theirs, 'peakMegabytes')];
  return [
    { what, this: `${cpu.toFixed(2)} CPU s`, baseline: `${base.toFixed(2)} CPU s`, 'baseline is': 'yauzl, listing only', ratio: (base / cpu).toFixed(2) },
    { what: `${what}: memory`, this: `${memory.toFixed(0)} MB`, baseline: `${baseMemory.toFixed(0)} MB`, 'baseline is': 'yauzl, listing only', ratio: (baseMemory / memory).toFixed(2) },
  ];
}

async function verdicts(folder, plannedZip) {
  const cases = await adversarialCorpus(plannedZip);
  const path = join(folder, 'case.zip');
  let [worst, most, slowest] = [0, 0, ''];
  let base = Number.NaN;
  for (const [name, bytes, accepted] of cases) {
    await writeFile(path, bytes);
    const { entries, ...first } = await child('ours-all', path);
    let { cpuSeconds, peakMegabytes } = first;
    // A neighbour of the moment is not the archive's doing; what is slow is looked at again.
    if (cpuSeconds > GOAL.cpuSeconds / 4) {
      const again = [first, await child('ours-all', path), await child('ours-all', path)];
      [cpuSeconds, peakMegabytes] = [middle(again, 'cpuSeconds'), Math.max(...again.map((one) => one.peakMegabytes))];
    }
    // The first case is a good archive of two small entries: what a new process spends before there is anything to judge.
    if (Number.isNaN(base)) base = cpuSeconds;
    const verdict = typeof entries === 'number' ? 'accepted' : entries;
    if (!(accepted ? ['accepted'] : ['unsafe-archive', 'too-large']).includes(verdict)) throw new Error(`${name}: ${verdict}`);
    if (cpuSeconds > worst) [worst, slowest] = [cpuSeconds, name];
    most = Math.max(most, peakMegabytes);
  }
  const what = `right verdict on each of ${cases.length} adversarial zips; slowest: ${slowest}`;
  return [
    { what, this: `${(worst * 1000).toFixed(0)} CPU ms`, baseline: `${GOAL.cpuSeconds * 1000} ms`, 'baseline is': 'the goal', ratio: (GOAL.cpuSeconds / worst).toFixed(2) },
    { what: 'the same without what a new process spends on any archive', this: `${((worst - base) * 1000).toFixed(0)} CPU ms`, baseline: `${(base * 1000).toFixed(0)} ms`, 'baseline is': 'a good archive of two entries', ratio: '' },
    { what: 'adversarial zips: highest memory', this: `${most.toFixed(0)} MB`, baseline: `${GOAL.peakMegabytes} MB`, 'baseline is': 'the goal', ratio: (GOAL.peakMegabytes / most).toFixed(2) },
  ];
}

/** Rows of the table; throws when a verdict is wrong. */
export async function archiveReading({ quick }) {
  const { plannedZip } = await import('../../dist/backend/libs/archive/src/index.js');
  const folder = await mkdtemp(join(tmpdir(), 'vision-bench-zip-'));
  try {
    return [...(await listing(folder, plannedZip, { entries: 1_000_000, rounds: quick ? 1 : 3 })), ...(await verdicts(folder, plannedZip))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.filename === process.argv[1]) console.table(await archiveReading({ quick: process.argv.includes('--quick') }));
