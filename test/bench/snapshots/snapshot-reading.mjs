// P7 and P8 of design/performance.md: what a worker that has the version before must read, when the first image is there, and what one image of a zip costs. Runs the
// training program's own reader on a version that the backend has built.
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { backendLib, buildVersion, dist, editOne, median } from './snapshot-bench.mjs';

const SOURCE = 'training/apps/training/src/dataset-source';
const ROUNDS = 5;
const LATENCY_MS = 40;
const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const percent = (part, whole) => `${((part / whole) * 100).toFixed(3)} %`;

async function readerOf({ folder }, store) {
  const { SnapshotCache } = await dist(`${SOURCE}/snapshot-cache.js`);
  const { SnapshotSource } = await dist(`${SOURCE}/snapshot-source.js`);
  const { ZipArchiveReader } = await dist(`${SOURCE}/zip-archive-reader.js`);
  const snapshots = new SnapshotSource(store, new SnapshotCache({ workDirectory: await mkdtemp(join(folder, 'work-')), limitBytes: 10e9 }));
  /** Reads all of it; answers the milliseconds to the first image, whole. */
  return async (granted) => {
    const [start, signal] = [performance.now(), new AbortController().signal];
    let first = Number.NaN;
    await snapshots.read(
      granted,
      (bytes) =>
        new ZipArchiveReader().read(
          bytes,
          async (file, content) => {
            for await (const chunk of content) void chunk;
            if (Number.isNaN(first) && file.name.startsWith('images/')) first = performance.now() - start;
          },
          // The labels first, as the product does: they say which images are wanted.
          { signal, isFirst: (name) => name === 'annotations.json' },
        ),
      { signal, log: QUIET },
    );
    return first;
  };
}

/** As the seed's training did it: the whole zip to the disk, all of it unpacked, then the first image. */
async function seedsFirst({ folder }, store, { key }) {
  const { default: AdmZip } = await import('adm-zip');
  const at = await mkdtemp(join(folder, 'seed-'));
  const start = performance.now();
  await pipeline((await store.get(key)).body, createWriteStream(join(at, 'v.zip')));
  const zip = new AdmZip(join(at, 'v.zip'));
  zip.extractAllTo(at);
  const image = zip.getEntries().find((entry) => entry.entryName.startsWith('images/'));
  await readFile(join(at, image.entryName));
  return performance.now() - start;
}

async function firstImage(bench, granted) {
  // Every request waits so long for its first byte; the link itself is as wide as this machine.
  const far = { get: async (...request) => (await sleep(LATENCY_MS), bench.store.get(...request)) };
  const [ours, seed] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    seed.push(await seedsFirst(bench, far, granted));
    ours.push(await (await readerOf(bench, far))(granted));
  }
  const [fast, slow] = [median(ours), median(seed)];
  const what = `P8 first image of a zip of ${(granted.size_bytes / 1e6).toFixed(0)} MB, ${LATENCY_MS} ms away (goal: 5 % at most, of 1 GB)`;
  return [{ what, this: `${fast.toFixed(0)} ms`, baseline: `${slow.toFixed(0)} ms`, 'baseline is': 'the seed: all to the disk, all unpacked; twice the disk', ratio: percent(fast, slow) }];
}

async function oneImage(bench, granted) {
  const { DEFAULT_ARCHIVE_LIMITS, openArchive, rangedSource, readEntry } = await backendLib('archive');
  const meter = bench.clientMeter();
  const source = rangedSource(granted.size_bytes, async ({ start, end }) => (await bench.store.get(granted.key, { range: { start, end: end - 1 } })).body);
  const directory = await openArchive(source, { ...DEFAULT_ARCHIVE_LIMITS, maxArchiveBytes: 1e12, maxTotalBytes: 1e12 });
  for await (const chunk of readEntry(source, directory.entry(Math.floor(directory.entryCount / 2)))) void chunk;
  const { requests, bytes } = meter();
  if (requests > 3) throw new Error(`one image took ${requests} requests`);
  return [{ what: 'P8 one image out of it (goal: 3 GETs; of 1 GB 0.3 %)', this: `${requests} GETs, ${(bytes / 1e6).toFixed(2)} MB`, baseline: `${(granted.size_bytes / 1e6).toFixed(0)} MB`, 'baseline is': 'the seed: the whole file', ratio: percent(bytes, granted.size_bytes) }];
}

/** Rows of the table. */
export async function reading(bench, { id }) {
  const version = async () => {
    await editOne(bench, id, 3);
    const { version: number, sha256, size_bytes } = await buildVersion(bench, id);
    return { version: number, key: `datasets/${id}/snapshots/v${number}.zip`, sha256, size_bytes };
  };
  const [before, after] = [await version(), await version()];
  const read = await readerOf(bench, bench.store);
  const meter = bench.clientMeter();
  await read(before);
  const whole = meter();
  await read(after);
  const rest = meter();
  return [
    { what: 'P7 bytes that a worker reads of a version when it has the one before (goal: 0.5 %)', this: `${(rest.bytes / 1e6).toFixed(2)} MB, ${rest.requests} GETs`, baseline: `${(whole.bytes / 1e6).toFixed(1)} MB`, 'baseline is': 'the same without one before, and the seed', ratio: percent(rest.bytes, after.size_bytes) },
    ...(await oneImage(bench, after)),
    ...(await firstImage(bench, after)),
  ];
}
