// P15 of design/performance.md: a zip straight to the bucket against the same one through the backend, in one run and in turns, each in a product of its own, so
// that nothing of one upload (labels that are read, memory that is garbage) is counted for another. Needs `node scripts/build.mjs`; 1 GB, or 60 MB with --quick.
//   node test/bench/direct-upload.mjs [--quick]
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, openAsBlob, readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';

const SIDE = 183;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const lib = (name) => import(new URL(`../../dist/standalone/libs/${name}/src/index.js`, import.meta.url));
const backendLib = (name) => import(new URL(`../../dist/backend/libs/${name}/src/index.js`, import.meta.url));
const GOAL_MEGABYTES = 220;
const WARM_UPLOADS = 3;
const KEYS = { accessKeyId: 'bench', secretAccessKey: 'bench-secret-key-0123456789' };

/** What passes between the backend and the store; clients go to the store by its public address. */
async function countedWay(port, stops) {
  const counted = { bytes: 0 };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [[near, far], [far, near]]) {
      one.on('data', (chunk) => (counted.bytes += chunk.length));
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(resolve)));
  return { counted, endpoint: `http://127.0.0.1:${server.address().port}` };
}

async function startBackend(stops) {
  const { startNats, startObjectStore, startPostgres } = await lib('local-services');
  const folder = await mkdtemp(join(tmpdir(), 'vision-bench-'));
  await chmod(folder, 0o711);
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const store = await startObjectStore({ dataDirectory: join(folder, 'store'), bucket: 'bench-bucket', credentials: [{ ...KEYS, mode: 'read-write' }] });
  stops.push(() => store.close());
  const postgres = await startPostgres({ dataDirectory: join(folder, 'postgres') });
  stops.push(() => postgres.stop());
  const nats = await startNats({ dataDirectory: join(folder, 'nats'), users: [{ name: 'bench', password: 'bench-password' }] });
  stops.push(() => nats.stop());
  const way = await countedWay(store.port, stops);
  const child = fork(new URL('./bench-server.mjs', import.meta.url), {
    env: {
      ...{ PATH: process.env.PATH, NODE_ENV: 'test', DATABASE_URL: postgres.url, NATS_URL: nats.urlFor('bench'), LOG_LEVEL: 'silent' },
      ...{ S3_ENDPOINT: way.endpoint, S3_PUBLIC_ENDPOINT: store.endpoint, S3_BUCKET: 'bench-bucket', S3_ACCESS_KEY_ID: KEYS.accessKeyId, S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
      ...{ JWT_SECRET: 'jwt-secret-of-the-bench-0123456789abcdef', ADMIN_EMAIL: 'admin@vision.test', ADMIN_PASSWORD: 'a-long-first-password' },
      // A replica that answers requests, with the heap that it is shipped with: images are read, and zips unpacked, by the workers of others.
      ...{ IMAGE_WORKERS: '0', STORE_CHECK: 'off', NODE_OPTIONS: '--max-semi-space-size=2 --max-old-space-size=512' },
    },
  });
  stops.push(() => new Promise((resolve) => void (child.once('exit', resolve), child.disconnect())));
  const told = () => new Promise((resolve) => child.once('message', resolve));
  const { url } = await told();
  const cpuSeconds = async () => {
    const answer = told();
    child.send('cpu');
    const { cpu } = await answer;
    return (cpu.user + cpu.system) / 1e6;
  };
  const proc = (name) => `/proc/${child.pid}/${name}`;
  const memory = {
    forget: () => writeFileSync(proc('clear_refs'), '5'),
    highest: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(proc('status'), 'utf8'))[1]) / 1000,
  };
  return { url, cpuSeconds, counted: way.counted, memory };
}

/** A zip file of so many images, of 100 kB each unless said otherwise. */
async function zipOfImages(count, path, side = SIDE) {
  const { plannedZip } = await backendLib('archive');
  const { encodePng, toDicePackage } = await backendLib('dice-format');
  const { codecOf, convert } = await backendLib('dataset-formats');
  const files = Array.from({ length: count }, (_, index) => ({ path: `${index % 2}/${index}.png`, bytes: encodePng(randomBytes(side * side * 3), { width: side, height: side, channels: 3 }) }));
  const { entries } = toDicePackage(await convert(files, codecOf('yolo'), { name: 'bench', createdAt: '2026-01-01T00:00:00Z' }));
  await pipeline(Readable.from(plannedZip(entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] }))).stream()), createWriteStream(path));
  return { path, bytes: (await stat(path)).size };
}

function clientOf(url) {
  const send = async (method, path, { token, json, form } = {}) => {
    const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(json === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await fetch(`${url}/api/v1/${path}`, { method, headers, body: form ?? (json === undefined ? undefined : JSON.stringify(json)) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
    return answer.json();
  };
  return send;
}

/** The two ways of an upload, and how many of its bytes the client gives to the backend. `billed` counts what the backend does in its requests. */
const WAYS = {
  relayed: {
    fromClient: (zip) => zip.bytes,
    upload: async (send, token, zip, billed) => {
      const form = new FormData();
      form.set('file', await openAsBlob(zip.path), 'd.zip');
      return billed(() => send('POST', 'datasets/upload', { token, form }));
    },
  },
  direct: {
    fromClient: () => 0,
    upload: async (send, token, zip, billed) => {
      const blob = await openAsBlob(zip.path);
      const upload = await billed(() => send('POST', 'datasets/uploads', { token, json: { size_bytes: zip.bytes } }));
      // These go to the store; the backend has no part in them.
      for (const part of upload.missing_parts) {
        const start = (part.part_number - 1) * upload.part_bytes;
        const put = await fetch(part.url, { method: 'PUT', headers: part.headers, body: Buffer.from(await blob.slice(start, start + part.size_bytes).arrayBuffer()) });
        if (!put.ok) throw new Error(`part ${part.part_number}: ${put.status}`);
      }
      return billed(() => send('POST', `datasets/uploads/${upload.id}/complete`, { token }));
    },
  },
};

/** One upload in a product of its own: bytes that the backend moved (from the client and to or from the store), its CPU seconds and its highest memory, MB. */
async function measured({ upload, fromClient }, { zip, warm }) {
  const stops = [];
  try {
    const { url, cpuSeconds, counted, memory } = await startBackend(stops);
    const send = clientOf(url);
    const { access_token: token } = await send('POST', 'auth/login', { json: { email: 'admin@vision.test', password: 'a-long-first-password' } });
    let cpu = 0;
    const billed = async (work) => {
      const before = await cpuSeconds();
      const answer = await work();
      cpu += (await cpuSeconds()) - before;
      return answer;
    };
    // A server that has run for a while has compiled its code. After a relayed upload labels are read into rows in the background, and that is to be over;
    // after a direct one a worker validates the rest, and there is none here.
    for (let count = 0; count < WARM_UPLOADS; count += 1) {
      for (let one = await upload(send, token, warm, billed); one.status === 'ready' && !one.labels_loaded; await sleep(200)) one = await send('GET', `datasets/${one.id}`, { token });
    }
    memory.forget();
    cpu = 0;
    const bytes = counted.bytes;
    await upload(send, token, zip, billed);
    return { cpu, bytes: counted.bytes - bytes + fromClient(zip), megabytes: memory.highest() };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function measure(folder, quick) {
  const warm = await zipOfImages(1_000, join(folder, 'warm.zip'), 16);
  const small = await zipOfImages(quick ? 60 : 1_000, join(folder, 'small.zip'));
  const large = await zipOfImages(quick ? 600 : 10_000, join(folder, 'large.zip'));
  const runs = { direct: [], relayed: [], small: [] };
  for (let round = 0; round < 2; round += 1) {
    runs.direct.push(await measured(WAYS.direct, { zip: large, warm }));
    runs.relayed.push(await measured(WAYS.relayed, { zip: large, warm }));
    runs.small.push(await measured(WAYS.relayed, { zip: small, warm }));
  }
  const of = (list, field) => median(list.map((one) => one[field]));
  const share = (of(runs.direct, 'bytes') / large.bytes) * 100;
  const cpu = of(runs.relayed, 'cpu') / of(runs.direct, 'cpu');
  // Bytes are counted, not timed: they hold in every run.
  if (share > 1) throw new Error(`the backend moved ${share.toFixed(2)} % of the bytes`);
  const size = ({ bytes }) => `${(bytes / 1e6).toFixed(0)} MB`;
  const memory = (list) => `${of(list, 'megabytes').toFixed(0)} MB`;
  const baseline = 'the same zip through POST datasets/upload';
  return [
    { what: `P15 zip of ${size(large)} straight to the bucket: bytes that the backend moves (goal: 1 % at most)`, this: `${(of(runs.direct, 'bytes') / 1e6).toFixed(2)} MB`, baseline: `${(of(runs.relayed, 'bytes') / 1e6).toFixed(0)} MB`, 'baseline is': baseline, ratio: `${share.toFixed(2)} % of the zip` },
    { what: 'P15 the same: CPU of the backend until its answer (goal: 1/15 at most)', this: `${(of(runs.direct, 'cpu') * 1000).toFixed(0)} ms`, baseline: `${(of(runs.relayed, 'cpu') * 1000).toFixed(0)} ms`, 'baseline is': baseline, ratio: `1/${cpu.toFixed(1)}` },
    { what: 'P15 the same: highest memory of the backend', this: memory(runs.direct), baseline: `${GOAL_MEGABYTES} MB`, 'baseline is': 'the goal', ratio: '' },
    { what: `P15 zip of ${size(large)} through the backend: its highest memory (goal: ${GOAL_MEGABYTES} MB, 1.15x)`, this: memory(runs.relayed), baseline: memory(runs.small), 'baseline is': `zip of ${size(small)}`, ratio: (of(runs.relayed, 'megabytes') / of(runs.small, 'megabytes')).toFixed(2) },
  ];
}

/** Rows for the table of the bench. Throws when the backend moves more than 1 % of the bytes. */
export async function directUpload({ quick }) {
  const folder = await mkdtemp(join(tmpdir(), 'vision-bench-zips-'));
  try {
    return await measure(folder, quick);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.filename === process.argv[1]) {
  console.table(await directUpload({ quick: process.argv.includes('--quick') }));
  process.exit(0);
}
