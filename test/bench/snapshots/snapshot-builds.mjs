// P1 to P5 of design/performance.md: a version's zip in full, label-only and after images were added, against plain copying and the seed's way.
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { addImages, realDataset } from './snapshot-datasets.mjs';
import { buildVersion, editOne, forgetZips, median, seconds } from './snapshot-bench.mjs';

const ROUNDS = 5;
const MAX_PART_BYTES = 5 * 1024 ** 3 - 5 * 1024 ** 2;
const GOAL_MEGABYTES = 220;

/** The backend copies the objects one behind the other into another one: its own client, heap and part size, and no zip. */
async function plainly({ backend, store }, keys) {
  const to = `bench/${randomUUID()}`;
  const cpu = backend.cpuSeconds();
  const wall = await seconds(async () => {
    backend.child.send({ relay: { keys, to } });
    const [{ error }] = await once(backend.child, 'message');
    if (error !== undefined) throw new Error(error);
  });
  const spent = backend.cpuSeconds() - cpu;
  await store.delete([to]);
  return { wall, cpu: spent };
}

async function seedOf(bench) {
  const child = fork(new URL('snapshot-seed.mjs', import.meta.url), { env: { ...process.env, STORE: JSON.stringify(bench.storeOptions) } });
  await once(child, 'message');
  bench.stops.push(() => child.connected && (child.disconnect(), once(child, 'exit')));
  return async (keys) => {
    const to = `bench/${randomUUID()}`;
    child.send({ keys, to });
    const [answer] = await once(child, 'message');
    await bench.store.delete([to]);
    return answer;
  };
}

/** In turns: everything copied plainly, the same in full, label-only upon it; the seed's way in the first rounds. */
async function rounds(bench, { id, keys }, seedRounds) {
  const seed = await seedOf(bench);
  const runs = { plain: [], full: [], label: [], seed: [] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const kept = round === 0 ? { plain: [], full: [], label: [], seed: [] } : runs;
    kept.plain.push(await plainly(bench, keys));
    await editOne(bench, id);
    await forgetZips(bench, id);
    kept.full.push(await buildVersion(bench, id));
    await editOne(bench, id);
    kept.label.push(await buildVersion(bench, id));
    if (round > 0 && round <= seedRounds) kept.seed.push(await seed(keys));
  }
  return runs;
}

const of = (runs, fact) => median(runs.map(fact));
const percent = (part, whole) => `${((part / whole) * 100).toFixed(3)} %`;
const MB = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;

function buildRows({ plain, full, label, seed }, imageBytes) {
  const size = `${(imageBytes / 1e6).toFixed(0)} MB`;
  const [wall, cpu] = [(one) => one.wall, (one) => one.cpu];
  const rate = (runs) => `${(imageBytes / 1e6 / of(runs, wall)).toFixed(0)} MB/s`;
  const spent = (runs) => `${of(runs, cpu).toFixed(2)} CPU s`;
  const against = (one, other, fact) => of(other, fact) / of(one, fact);
  const copied = 'the same objects copied one behind the other by the same process, client and part size';
  return [
    { what: `P1 zip of ${size} in full (goal: 0.85 at least)`, this: rate(full), baseline: rate(plain), 'baseline is': copied, ratio: against(full, plain, wall).toFixed(2) },
    { what: 'P1 the same: CPU of the backend, version and manifest too (goal: 1.35x at most)', this: spent(full), baseline: spent(plain), 'baseline is': copied, ratio: against(plain, full, cpu).toFixed(2) },
    { what: 'P1 the same by the seed', this: rate(full), baseline: rate(seed), 'baseline is': `the seed: GETs one by one, adm-zip, PUT; ${of(seed, (one) => one.megabytes).toFixed(0)} MB`, ratio: against(full, seed, wall).toFixed(2) },
    { what: 'P4 label-only on the embedded store, POST to zip (goal: 20x at least)', this: `${(of(label, wall) * 1000).toFixed(0)} ms`, baseline: `${(of(full, wall) * 1000).toFixed(0)} ms`, 'baseline is': 'the same in full', ratio: against(label, full, wall).toFixed(1) },
    { what: 'P4 the same: CPU of the backend (goal: 1/10 at most)', this: spent(label), baseline: spent(full), 'baseline is': 'the same in full', ratio: `1/${against(label, full, cpu).toFixed(1)}` },
    { what: 'P4 the same by the seed', this: `${(of(label, wall) * 1000).toFixed(0)} ms`, baseline: `${(of(seed, wall) * 1000).toFixed(0)} ms`, 'baseline is': 'the seed: everything anew', ratio: against(label, seed, wall).toFixed(1) },
  ];
}

function labelOnly({ label }, imageBytes) {
  // The live view of the labels is put into the bucket some time after an edit; a build that it fell into counts that too.
  const { size_bytes: zipBytes, zip, moved } = [...label].sort((one, other) => one.moved.requests - other.moved.requests)[0];
  const k = Math.ceil(zip.bytes_copied / MAX_PART_BYTES);
  // Bytes and requests are counted, not timed: they hold in every run.
  if (moved.requests > k + 6) throw new Error(`a label-only version took ${moved.requests} requests`);
  for (const one of label) if (one.zip.bytes_copied < imageBytes || one.zip.bytes_moved > 0.002 * zipBytes) throw new Error(`a label-only version moved ${one.zip.bytes_moved} bytes of ${zipBytes}`);
  return [
    { what: 'P3 label-only: bytes through the backend for the zip, none of an image (goal: 0.2 %)', this: MB(zip.bytes_moved), baseline: MB(zipBytes), 'baseline is': 'the zip', ratio: percent(zip.bytes_moved, zipBytes) },
    { what: 'P3 the same with the manifest and latest.json beside it', this: MB(moved.bytes), baseline: MB(zipBytes), 'baseline is': 'the zip', ratio: percent(moved.bytes, zipBytes) },
    { what: 'P3 the same: requests of the backend to the store (goal: k + 6)', this: `${moved.requests}`, baseline: `${k + 6}`, 'baseline is': `k = ${k}`, ratio: '' },
  ];
}

/** 5 % more images. */
async function append(bench, { id, keys }) {
  const newBytes = await addImages(bench, id, { from: keys.length + 1, count: Math.ceil(keys.length / 20) });
  const { moved, size_bytes: zipBytes, zip } = await buildVersion(bench, id);
  const allowed = 2.2 * newBytes + 0.02 * zipBytes;
  if (moved.bytes > allowed || zip.bytes_copied === 0) throw new Error(`adding ${newBytes} bytes moved ${moved.bytes}`);
  return [{ what: 'P5 5 % more images: bytes through the backend, all of them (goal: 2.2x the new ones + 2 % of the zip)', this: MB(moved.bytes), baseline: MB(allowed), 'baseline is': `the goal for ${MB(newBytes)} of new images; the seed moves ${MB(2 * zipBytes)}`, ratio: (moved.bytes / allowed).toFixed(2) }];
}

/** Highest memory of a backend that has done nothing else. */
async function memoryOf(bench, id) {
  await bench.restart();
  await editOne(bench, id);
  await forgetZips(bench, id);
  bench.backend.forgetMemory();
  await buildVersion(bench, id);
  return bench.backend.highestMegabytes();
}

async function memory(bench, large, seed) {
  const small = await realDataset(bench, 1_000);
  const [ours, base] = [[], []];
  for (let round = 0; round < 3; round += 1) {
    base.push(await memoryOf(bench, small.id));
    ours.push(await memoryOf(bench, large.id));
  }
  const megabytes = (value) => `${value.toFixed(0)} MB`;
  return [
    { what: `P2 highest memory of a backend that builds ${megabytes(large.imageBytes / 1e6)} (goal: 1.15x at most)`, this: megabytes(median(ours)), baseline: megabytes(median(base)), 'baseline is': `${megabytes(small.imageBytes / 1e6)}`, ratio: (median(ours) / median(base)).toFixed(2) },
    { what: 'P2 the same', this: megabytes(Math.max(...ours)), baseline: `${GOAL_MEGABYTES} MB`, 'baseline is': `the goal; the seed took ${megabytes(of(seed, (one) => one.megabytes))}`, ratio: (Math.max(...ours) / GOAL_MEGABYTES).toFixed(2) },
  ];
}

/** Rows of the table. Throws where a count (bytes, requests) is beyond its goal. */
export async function builds(bench, { quick, images }) {
  const dataset = await realDataset(bench, images ?? (quick ? 400 : 10_000));
  const runs = await rounds(bench, dataset, 2);
  const rows = [...buildRows(runs, dataset.imageBytes), ...labelOnly(runs, dataset.imageBytes), ...(await append(bench, dataset))];
  if (!quick) rows.push(...(await memory(bench, dataset, runs.seed)));
  return { rows, dataset };
}
