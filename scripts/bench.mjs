// The benchmark: ratios between two things in one run, interleaved, medians. `--quick` takes about a minute.
//   npm run bench [-- --quick]
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { imageAccess } from '../test/bench/image-access.mjs';
import { archiveReading } from '../test/bench/archive.mjs';
import { annotationWrites } from '../test/bench/annotation-writes.mjs';
import { liveView } from '../test/bench/live-view.mjs';
import { cocoExport } from '../test/bench/coco-export.mjs';
import { directUpload } from '../test/bench/direct-upload.mjs';
import { labelerCanvas } from '../test/bench/labeler-canvas.mjs';
import { labelerImages } from '../test/bench/labeler-images.mjs';
import { labelerMasks } from '../test/bench/labeler-masks.mjs';
import { trainingBesideTorch } from '../test/bench/training-torch.mjs';
import { snapshots } from '../test/bench/snapshots.mjs';

const quick = process.argv.includes('--quick');
const ROUNDS = quick ? 3 : 7;
const DIST = new URL('../dist/', import.meta.url);
const rows = [];

if (!existsSync(DIST)) {
  process.stderr.write('Nothing is built yet: run `node scripts/build.mjs` once.\n');
  process.exit(1);
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** CPU seconds of this process, all threads, that the work takes. */
async function cpuSeconds(work) {
  const before = process.cpuUsage();
  await work();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1e6;
}

/** Baseline and candidate in turns, so that a noisy neighbour meets both. */
async function compare(what, { baseline, candidate, unit, amount, measure = cpuSeconds }) {
  const [base, ours] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    base.push(await measure(baseline.run));
    ours.push(await measure(candidate.run));
  }
  const [baseRate, ourRate] = [amount / median(base), amount / median(ours)];
  rows.push({ what, 'this': `${ourRate.toPrecision(3)} ${unit}`, baseline: `${baseRate.toPrecision(3)} ${unit}`, 'baseline is': baseline.name, ratio: (ourRate / baseRate).toFixed(2) });
}

async function presigning() {
  const { S3Client, GetObjectCommand } = await import('@aws-sdk/client-s3');
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
  const { SigV4Presigner } = await import(new URL('backend/libs/object-store/src/index.js', DIST));
  const settings = { region: 'auto', endpoint: 'http://store.invalid:9000', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, forcePathStyle: true };
  const client = new S3Client({ ...settings, requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' });
  const presigner = new SigV4Presigner({ endpoint: settings.endpoint, region: 'auto', bucket: 'b', accessKeyId: 'a', secretAccessKey: 'b' });
  const count = quick ? 300 : 1000;
  const key = (index) => `datasets/platform-x-00000000/images/${String(index).padStart(6, '0')}.jpg`;
  await compare('presign a GET', {
    unit: 'URLs/CPU s',
    amount: count,
    baseline: {
      name: 'AWS SDK getSignedUrl',
      run: async () => {
        for (let index = 0; index < count; index += 1) await getSignedUrl(client, new GetObjectCommand({ Bucket: 'b', Key: key(index) }), { expiresIn: 3600 });
      },
    },
    candidate: {
      run: async () => {
        for (let index = 0; index < count; index += 1) presigner.presignGet(key(index));
      },
    },
  });
}

async function zipWriting() {
  const { plannedZip } = await import(new URL('backend/libs/archive/src/index.js', DIST));
  const { ZipArchive } = await import('archiver').then((module) => ({ ZipArchive: module.ZipArchive ?? module.default }));
  const count = quick ? 400 : 2000;
  const bytes = randomBytes(100_000);
  const crc = crc32(bytes);
  const nowhere = () => new Writable({ highWaterMark: 1 << 20, write: (_chunk, _encoding, done) => done() });
  await compare(`P18 write a zip of ${count} images of 100 kB, CPU (goal: 4x archiver's rate)`, {
    unit: 'MB/CPU s',
    amount: (count * bytes.length) / 1e6,
    baseline: {
      name: 'archiver, stored',
      run: async () => {
        const archive = typeof ZipArchive === 'function' && ZipArchive.prototype?.append !== undefined ? new ZipArchive({ store: true }) : ZipArchive('zip', { store: true });
        for (let index = 0; index < count; index += 1) archive.append(bytes, { name: `images/${index}.jpg` });
        const done = pipeline(archive, nowhere());
        await archive.finalize();
        await done;
      },
    },
    candidate: {
      run: async () => {
        const zip = plannedZip(Array.from({ length: count }, (_, index) => ({ name: `images/${index}.jpg`, sizeBytes: bytes.length, crc32: crc, open: () => [bytes] })));
        await pipeline(zip.stream(), nowhere());
      },
    },
  });
}

async function training() {
  const engine = new URL('training/apps/training/src/engine/', DIST);
  const { Trainer } = await import(new URL('network/trainer.js', engine));
  const { exportNetwork } = await import(new URL('network/network.js', engine));
  const { loadRuntime } = await import(new URL('runtime/load-runtime.js', engine));
  const { ClassificationTask } = await import(new URL('tasks/classification/classification-task.js', engine));
  const { emptyState } = await import(new URL('network/network-state.js', engine));
  const runtime = await loadRuntime('onnx');
  for (const side of quick ? [64] : [28, 64, 128]) {
    const facts = { taskType: 'image_classification', multiLabel: false, classes: Array.from({ length: 10 }, (_, id) => ({ id, name: String(id) })), imageSide: side, trainImages: 0, imagesOfClass: [] };
    const spec = { task: new ClassificationTask(facts, { augment: 'none', class_weights: 'none' }), imageShape: [3, side, side], seed: 1, threads: 1 };
    const state = emptyState();
    const batch = 32;
    const trainer = await Trainer.open(spec, state, { size: batch, shards: 1, cores: 1, runtime });
    const images = Float32Array.from({ length: batch * 3 * side * side }, (_, index) => Math.sin(index));
    const classes = Float32Array.from({ length: batch * 10 }, (_, index) => Number(index % 10 === Math.floor(index / 10) % 10));
    const weights = new Float32Array(batch).fill(1);
    await trainer.step({ images, targets: { classes, weights } }, { learningRate: 1e-3, weightDecay: 0 });
    const session = await runtime.open(exportNetwork(spec, state, {}), 1);
    const steps = quick ? 4 : 10;
    await compare(`train cnn-small at ${side} px, one thread`, {
      unit: 'images/CPU s',
      amount: steps * batch,
      baseline: {
        name: 'forward pass only, the same network',
        run: async () => {
          for (let step = 0; step < steps; step += 1) (await session.run({ images: { data: images, shape: [batch, 3, side, side] } })).dispose();
        },
      },
      candidate: {
        run: async () => {
          for (let step = 0; step < steps; step += 1) await trainer.step({ images, targets: { classes, weights } }, { learningRate: 1e-3, weightDecay: 0 });
        },
      },
    });
    await session.release();
    await trainer.close();
  }
}

/** A DICE zip of PNG-headed noise: what an upload reads is headers, hashes and CRCs. */
async function packageOf(megabytes) {
  const { plannedZip } = await import(new URL('backend/libs/archive/src/index.js', DIST));
  const { encodePng, toDicePackage } = await import(new URL('backend/libs/dice-format/src/index.js', DIST));
  const { codecOf, convert } = await import(new URL('backend/libs/dataset-formats/src/index.js', DIST));
  const side = 183;
  const files = Array.from({ length: megabytes * 10 }, (_, index) => ({ path: `${index % 2}/${index}.png`, bytes: encodePng(randomBytes(side * side * 3), { width: side, height: side, channels: 3 }) }));
  const { entries } = toDicePackage(await convert(files, codecOf('yolo'), { name: 'bench', createdAt: '2026-01-01T00:00:00Z' }));
  const chunks = [];
  for await (const chunk of plannedZip(entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] }))).stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const seconds = async (work) => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

/** Highest resident memory of the process whose command line ends so, MB. */
function highWaterOf(pids, text) {
  for (const pid of pids) {
    if (!existsSync(`/proc/${pid}/cmdline`) || !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text)) continue;
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000;
  }
  return Number.NaN;
}

async function uploading() {
  const { S3ObjectStore } = await import(new URL('backend/libs/object-store/src/index.js', DIST));
  const data = await mkdtemp(join(tmpdir(), 'vision-bench-'));
  await chmod(data, 0o711);
  const child = spawn(process.execPath, [new URL('standalone/apps/standalone/src/main.js', DIST).pathname, '--data', data, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'error' } });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    let said = '';
    const facts = await new Promise((resolve, reject) => {
      child.stdout.on('data', (chunk) => {
        said += chunk;
        if (said.includes('\n')) resolve(JSON.parse(said));
      });
      void ended.then(() => reject(new Error('the product did not start')));
    });
    const login = await fetch(`${facts.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(facts.admin) });
    const token = (await login.json()).access_token;
    const zip = await packageOf(quick ? 20 : 200);
    const store = new S3ObjectStore({ endpoint: facts.store.endpoint, region: 'auto', bucket: facts.store.bucket, accessKeyId: facts.store.access_key_id, secretAccessKey: facts.store.secret_access_key });
    await compare(`upload a DICE zip of ${(zip.length / 1e6).toFixed(0)} MB, validated`, {
      unit: 'MB/s',
      amount: zip.length / 1e6,
      measure: seconds,
      baseline: { name: 'the same bytes put into the store, unchecked', run: () => store.upload('bench/plain', (async function* () { yield zip; })()) },
      candidate: {
        run: async () => {
          const form = new FormData();
          form.set('file', new Blob([zip]), 'd.zip');
          const answer = await fetch(`${facts.url}/api/v1/datasets/upload`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form });
          if (answer.status !== 201) throw new Error(`the upload answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
          await answer.arrayBuffer();
        },
      },
    });
    store.close();
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
    rows.push({ what: 'highest memory of the backend in these uploads', this: `${highWaterOf(children, 'dist/backend').toFixed(0)} MB`, baseline: '220 MB', 'baseline is': 'the goal', ratio: '' });
  } finally {
    child.kill('SIGTERM');
    await ended;
    await rm(data, { recursive: true, force: true });
  }
}

await presigning();
await zipWriting();
rows.push(...(await archiveReading({ quick })));
await training();
rows.push(...(await trainingBesideTorch({ quick })));
await uploading();
rows.push(...(await annotationWrites({ quick })));
rows.push(...(await liveView({ quick })));
rows.push(...(await cocoExport({ quick })));
rows.push(...(await directUpload({ quick })));
rows.push(...(await snapshots({ quick })));
rows.push(...(await labelerCanvas({ quick })));
rows.push(...(await labelerMasks({ quick })));
console.table(rows);
// The seed's table 1.1, in its own columns.
console.table(await imageAccess({ quick }));
console.table(await labelerImages({ quick }));

// Benches that fill a database or make pictures of their own, each in its own process.
for (const bench of ['image-list', 'image-worker']) {
  const { status } = spawnSync(process.execPath, [new URL(`../test/bench/${bench}.mjs`, import.meta.url).pathname, ...(quick ? ['--quick'] : [])], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
