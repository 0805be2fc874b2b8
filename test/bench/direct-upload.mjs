// P15 of design/performance.md: a zip straight to the bucket against the same one through the backend, in one run and in turns. Needs `node scripts/build.mjs`.
//   node test/bench/direct-upload.mjs [--quick]
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

const SIDE = 183;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const lib = (name) => import(new URL(`../../dist/standalone/libs/${name}/src/index.js`, import.meta.url));
const backendLib = (name) => import(new URL(`../../dist/backend/libs/${name}/src/index.js`, import.meta.url));


/** What was started, to be ended in reverse. */
const stops = [];
const KEYS = { accessKeyId: 'bench', secretAccessKey: 'bench-secret-key-0123456789' };

/** What passes between the backend and the store; clients go to the store by its public address. */
async function countedWay(port) {
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

async function startBackend() {
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
  const way = await countedWay(store.port);
  const child = fork(new URL('./bench-server.mjs', import.meta.url), {
    env: {
      ...{ PATH: process.env.PATH, NODE_ENV: 'test', DATABASE_URL: postgres.url, NATS_URL: nats.urlFor('bench'), LOG_LEVEL: 'silent' },
      ...{ S3_ENDPOINT: way.endpoint, S3_PUBLIC_ENDPOINT: store.endpoint, S3_BUCKET: 'bench-bucket', S3_ACCESS_KEY_ID: KEYS.accessKeyId, S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
      ...{ JWT_SECRET: 'jwt-secret-of-the-bench-0123456789abcdef', ADMIN_EMAIL: 'admin@vision.test', ADMIN_PASSWORD: 'a-long-first-password' },
      // A replica that answers requests: images are read by the workers of others.
      ...{ IMAGE_WORKERS: '0', STORE_CHECK: 'off' },
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
  return { url, cpuSeconds, counted: way.counted };
}

async function zipOfImages(count) {
  const { plannedZip } = await backendLib('archive');
  const { encodePng, toDicePackage } = await backendLib('dice-format');
  const { codecOf, convert } = await backendLib('dataset-formats');
  const files = Array.from({ length: count }, (_, index) => ({ path: `${index % 2}/${index}.png`, bytes: encodePng(randomBytes(SIDE * SIDE * 3), { width: SIDE, height: SIDE, channels: 3 }) }));
  const { entries } = toDicePackage(await convert(files, codecOf('yolo'), { name: 'bench', createdAt: '2026-01-01T00:00:00Z' }));
  const chunks = [];
  for await (const chunk of plannedZip(entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] }))).stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function measure(quick) {
  const rounds = quick ? 3 : 5;
  const zip = await zipOfImages(quick ? 600 : 2_500);
  const { url, cpuSeconds, counted } = await startBackend();
  const send = async (method, path, { token, json, form } = {}) => {
    const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(json === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await fetch(`${url}/api/v1/${path}`, { method, headers, body: form ?? (json === undefined ? undefined : JSON.stringify(json)) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
    return answer.json();
  };
  const { access_token: token } = await send('POST', 'auth/login', { json: { email: 'admin@vision.test', password: 'a-long-first-password' } });
  const relayed = async () => {
    const form = new FormData();
    form.set('file', new Blob([zip]), 'd.zip');
    return send('POST', 'datasets/upload', { token, form });
  };
  const direct = async () => {
    const upload = await send('POST', 'datasets/uploads', { token, json: { size_bytes: zip.length } });
    for (const part of upload.missing_parts) {
      const start = (part.part_number - 1) * upload.part_bytes;
      const put = await fetch(part.url, { method: 'PUT', headers: part.headers, body: zip.subarray(start, start + part.size_bytes) });
      if (!put.ok) throw new Error(`part ${part.part_number}: ${put.status}`);
    }
    return send('POST', `datasets/uploads/${upload.id}/complete`, { token });
  };
  /** Bytes that the backend moved (from the client and to or from the store) and its CPU seconds. */
  const measured = async (work, fromClient) => {
    const [cpu, bytes] = [await cpuSeconds(), counted.bytes];
    const dataset = await work();
    const used = { cpu: (await cpuSeconds()) - cpu, bytes: counted.bytes - bytes + fromClient };
    // Labels are read into rows in the background; that is of neither.
    for (let one = dataset; one.status === 'ready' && !one.labels_loaded; await sleep(200)) one = await send('GET', `datasets/${dataset.id}`, { token });
    return used;
  };
  const [ours, base] = [[], []];
  for (let round = 0; round < rounds + 1; round += 1) {
    const [one, other] = [await measured(direct, 0), await measured(relayed, zip.length)];
    // The first one warms up.
    if (round > 0) [ours, base].forEach((list, index) => list.push([one, other][index]));
  }
  const of = (list, field) => median(list.map((one) => one[field]));
  const share = (of(ours, 'bytes') / zip.length) * 100;
  const cpu = of(base, 'cpu') / of(ours, 'cpu');
  // Bytes are counted, not timed: they hold in every run.
  if (share > 1) throw new Error(`the backend moved ${share.toFixed(2)} % of the bytes`);
  const baseline = 'the same zip through POST datasets/upload';
  return [
    { what: `zip of ${(zip.length / 1e6).toFixed(0)} MB straight to the bucket: bytes that the backend moves (goal: 1 % at most)`, this: `${(of(ours, 'bytes') / 1e6).toFixed(2)} MB`, baseline: `${(of(base, 'bytes') / 1e6).toFixed(0)} MB`, 'baseline is': baseline, ratio: `${share.toFixed(2)} % of the zip` },
    { what: 'the same: CPU of the backend until its answer (goal: 1/15 at most)', this: `${(of(ours, 'cpu') * 1000).toFixed(0)} ms`, baseline: `${(of(base, 'cpu') * 1000).toFixed(0)} ms`, 'baseline is': baseline, ratio: `1/${cpu.toFixed(0)}` },
  ];
}

/** Rows for the table of the bench. Throws when the backend moves more than 1 % of the bytes. */
export async function directUpload({ quick }) {
  try {
    return await measure(quick);
  } finally {
    for (const stop of stops.splice(0).reverse()) await stop();
  }
}

if (import.meta.filename === process.argv[1]) {
  console.table(await directUpload({ quick: process.argv.includes('--quick') }));
  process.exit(0);
}
