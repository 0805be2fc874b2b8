// P4 of design/performance.md, the other half: what making a version costs by the number of images, what the zip of one edit costs, and what ten versions keep.
import { writeFile } from 'node:fs/promises';
import { buildVersion, create, editOne, median, viewed, written } from './snapshot-bench.mjs';
import { curvesOf } from './snapshot-curves.mjs';
import { rowsOnly, withFirstZip } from './snapshot-datasets.mjs';

const ROUNDS = 5;
const MANY = 100_000;
const ROUNDS_OF_MANY = 3;
const GOAL_MILLISECONDS = 200;
const VERSIONS = 10;
const count = (number) => number.toLocaleString('en');

/** One edit, then a version without and with its zip, for each size in turns: so a noisy neighbour meets all. */
async function measure(bench, datasets) {
  const runs = datasets.map(({ images }) => ({ images, created: [], zipped: [] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, { id, images }] of datasets.entries()) {
      // What follows behind the answer (content and manifest of a million images) takes half a minute.
      if (images > MANY && round >= ROUNDS_OF_MANY) continue;
      await editOne(bench, id, 1 + round);
      const { version, milliseconds } = await create(bench, id);
      await written(bench, id, version);
      runs[at].created.push(milliseconds);
    }
  }
  for (let round = 0; round < ROUNDS_OF_MANY; round += 1) {
    for (const [at, { id }] of datasets.entries()) {
      await editOne(bench, id, 20 + round);
      await viewed(bench, id);
      bench.backend.forgetMemory();
      runs[at].zipped.push({ ...(await buildVersion(bench, id)), megabytes: bench.backend.highestMegabytes() });
    }
  }
  return runs.map(({ images, created, zipped }) => ({ images, created: median(created), zipped: middle(zipped) }));
}

const middle = (runs) => [...runs].sort((one, other) => one.wall - other.wall)[Math.floor(runs.length / 2)];

function rowsOf(points) {
  const [small] = points;
  return points.flatMap(({ images, created, zipped }) => {
    if (zipped.zip.bytes_copied === 0) throw new Error(`the zip of ${images} images was made in full`);
    const ratio = created / small.created;
    return [
      { what: `P4 make a version of ${count(images)} images, without its zip (goal: ${GOAL_MILLISECONDS} ms, flat)`, this: `${created.toFixed(1)} ms`, baseline: `${small.created.toFixed(1)} ms`, 'baseline is': `${count(small.images)} images`, ratio: ratio.toFixed(2) },
      { what: `P4 one edit of ${count(images)} images: version, content, zip and manifest`, this: `${zipped.wall.toFixed(2)} s`, baseline: `${small.zipped.wall.toFixed(2)} s`, 'baseline is': `${count(small.images)} images`, ratio: `${((zipped.wall / images) * 1e6).toFixed(1)} us an image; ${(zipped.zip.bytes_moved / images).toFixed(0)} B an image moved for the zip; ${zipped.cpu.toFixed(2)} CPU s, ${zipped.megabytes.toFixed(0)} MB` },
    ];
  });
}

/** Rows of the table; draws both curves into the file where one is named. */
export async function creation(bench, quick, draw) {
  const datasets = [];
  for (const images of quick ? [1_000, 50_000] : [1_000, 10_000, 100_000, 600_000, 1_000_000]) {
    const made = await rowsOnly(bench, images);
    await withFirstZip(bench, made);
    datasets.push(made);
  }
  const points = await measure(bench, datasets);
  if (draw !== undefined) await writeFile(draw, curvesOf(points));
  return rowsOf(points);
}

/** Bytes of the dataset in the bucket after ten label-only versions, superseded zips having been cleared, against its images. */
export async function kept(bench, { id, imageBytes }) {
  for (let version = 0; version < VERSIONS; version += 1) {
    await editOne(bench, id, 2);
    await buildVersion(bench, id);
  }
  const before = await bytesOf(bench, id);
  bench.backend.child.send({ clearZips: true });
  const dropped = await new Promise((resolve) => bench.backend.child.once('message', resolve));
  const after = await bytesOf(bench, id);
  const ratio = after / imageBytes;
  if (dropped.error !== undefined || ratio > 2.2) throw new Error(`${ratio.toFixed(2)}x the originals are kept: ${JSON.stringify(dropped)}`);
  const MB = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  return [{ what: `P4 bytes kept of a dataset with ${VERSIONS} label-only versions and more, superseded zips cleared (goal: 2.2x at most)`, this: MB(after), baseline: MB(imageBytes), 'baseline is': `its images; before clearing the keys named ${MB(before)}`, ratio: ratio.toFixed(2) }];
}

async function bytesOf({ store }, id) {
  let sum = 0;
  for await (const { sizeBytes } of store.list(`datasets/${id}/`)) sum += sizeBytes;
  return sum;
}
