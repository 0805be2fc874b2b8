// The seed's table 1.1 with our figures: how long a labeler waits for images, and what it costs the server, by design. Needs `node scripts/build.mjs`.
//   node test/bench/image-access.mjs [--quick]
// Browser and data centre are 100 ms and 100 Mbit/s apart; server and store stand beside each other, which favours the relay.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { slowLink } from './slow-link.mjs';

const LINK = { roundTripMs: 100, megabitsPerSecond: 100 };
const IMAGE_BYTES = 400_000;
const WORK_MS = 300;
const AHEAD = 4;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** @returns {Promise<object[]>} rows for console.table */
export async function imageAccess({ quick }) {
  const images = quick ? 20 : 100;
  const folder = await mkdtemp(join(tmpdir(), 'vision-bench-'));
  const { startObjectStore } = await import(new URL('../../dist/standalone/libs/local-services/src/index.js', import.meta.url));
  const { S3ObjectStore } = await import(new URL('../../dist/backend/libs/object-store/src/index.js', import.meta.url));
  const credential = { accessKeyId: 'bench', secretAccessKey: 'bench-secret-access-key', mode: 'read-write' };
  const local = await startObjectStore({ dataDirectory: join(folder, 'store'), bucket: 'bench', credentials: [credential] });
  const options = { endpoint: local.endpoint, region: 'auto', bucket: 'bench', ...credential };
  const store = new S3ObjectStore(options);
  const keys = Array.from({ length: images }, (_, index) => `datasets/bench/images/${String(index).padStart(6, '0')}.jpg`);
  for (const key of keys) await store.put(key, randomBytes(IMAGE_BYTES));
  await mkdir(join(folder, 'kept'));
  const server = fork(new URL('./image-access-server.mjs', import.meta.url), { env: { ...process.env, STORE: JSON.stringify(options), KEYS: JSON.stringify(keys), CACHE: join(folder, 'kept') } });
  const [{ url }] = await once(server, 'message');
  const run = { server, storeUrl: local.endpoint, serverUrl: url };
  const listed = async (links) => (await fetch(`${links.server}/list?store=${links.store}`)).json();
  const through = (path) => async (links) => keys.map((key) => `${links.server}/${path}?key=${key}`);
  try {
    const direct = await measured(run, listed);
    const relay = await measured(run, through('relay'));
    await measured(run, through('kept'));
    const kept = await measured(run, through('kept'));
    const prefetch = await measured(run, listed, AHEAD);
    return [
      rowOf('direct: presigned URLs', direct, images),
      rowOf('relayed by the server', relay, images),
      rowOf('relayed, found in its cache', kept, images),
      rowOf(`direct, ${AHEAD} ahead, ${WORK_MS} ms of work an image`, prefetch, images),
    ];
  } finally {
    server.disconnect();
    store.close();
    await local.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function cpuOf(server) {
  server.send('cpu');
  const [{ cpu }] = await once(server, 'message');
  return (cpu.user + cpu.system) / 1000;
}

/** Waits of one session: a new connection, the list of addresses where there is one, then image after image. */
async function measured({ server, storeUrl, serverUrl }, addresses, ahead = 0) {
  // New links: no connection of the session before is used.
  const [storeLink, serverLink] = [await slowLink(storeUrl, LINK), await slowLink(serverUrl, LINK)];
  const cpu = await cpuOf(server);
  const start = performance.now();
  const urls = await addresses({ store: storeLink.url, server: serverLink.url });
  const load = async (address) => (await fetch(address)).arrayBuffer();
  const loading = new Map();
  const waits = [];
  for (let index = 0; index < urls.length; index += 1) {
    const from = index === 0 ? start : performance.now();
    for (let next = index; next <= Math.min(index + ahead, urls.length - 1); next += 1) if (!loading.has(next)) loading.set(next, load(urls[next]));
    await loading.get(index);
    loading.set(index, null);
    waits.push(performance.now() - from);
    if (ahead > 0) await sleep(WORK_MS);
  }
  for (const link of [storeLink, serverLink]) link.close();
  return { waits, cpu: (await cpuOf(server)) - cpu, megabytes: serverLink.bytes() / 1e6 };
}

function rowOf(design, { waits, cpu, megabytes }, images) {
  const total = waits.reduce((sum, one) => sum + one, 0);
  return {
    design,
    'first image': `${waits[0].toFixed(0)} ms`,
    'next image': `${median(waits.slice(1)).toFixed(0)} ms`,
    'waiting, 100 images': `${((total / images) * 100 / 1000).toFixed(1)} s`,
    'server CPU, 100 images': `${((cpu / images) * 100).toFixed(0)} ms`,
    'through the server, 100 images': `${((megabytes / images) * 100).toFixed(1)} MB`,
  };
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table(await imageAccess({ quick: process.argv.includes('--quick') }));
