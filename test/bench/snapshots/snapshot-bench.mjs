// What the benches of versions share: a backend of its own process on services of this one, whose store counts by access key what the backend moves.
import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const DIST = new URL('../../../dist/', import.meta.url);
const ADMIN = { email: 'admin@bench.test', password: randomBytes(18).toString('base64url') };
const BUCKET = 'bench-bucket';
const keyOf = (name) => ({ accessKeyId: `${name}-key`, secretAccessKey: randomBytes(20).toString('hex') });

export const dist = (path) => import(new URL(path, DIST));
export const backendLib = (name) => dist(`backend/libs/${name}/src/index.js`);
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Seconds of the wall clock. */
export async function seconds(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Requests and bytes of one client of the store since it was asked last. */
function meterOf(store, accessKeyId) {
  const sum = () => {
    const total = { requests: 0, bytes: 0 };
    for (const [name, counter] of Object.entries(store.stats())) {
      if (!name.endsWith(`:${accessKeyId}`)) continue;
      total.requests += counter.requests;
      total.bytes += counter.bytesIn + counter.bytesOut;
    }
    return total;
  };
  let last = sum();
  return () => {
    const [now, before] = [sum(), last];
    last = now;
    return { requests: now.requests - before.requests, bytes: now.bytes - before.bytes };
  };
}

/** A process started by fork with IPC: its CPU seconds, all threads, and its highest memory, MB. */
export function watched(child) {
  const proc = (name) => `/proc/${child.pid}/${name}`;
  return {
    child,
    cpuSeconds: () => {
      const stat = readFileSync(proc('stat'), 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    forgetMemory: () => writeFileSync(proc('clear_refs'), '5'),
    highestMegabytes: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(proc('status'), 'utf8'))[1]) / 1000,
  };
}

async function startBackend(environment) {
  const child = fork(new URL('../bench-server.mjs', import.meta.url), { env: environment });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const { url } = await new Promise((resolve, reject) => (child.once('message', resolve), void ended.then(() => reject(new Error('the server of the bench did not start')))));
  return { ...watched(child), url, stop: () => (child.connected && child.disconnect(), ended) };
}

/** Everything that a bench of versions needs; `close` ends all of it. */
export async function openSnapshotBench() {
  const { startNats, startObjectStore, startPostgres } = await dist('standalone/libs/local-services/src/index.js');
  const { S3ObjectStore } = await backendLib('object-store');
  const { default: pg } = await import('pg');
  const folder = await mkdtemp(join(tmpdir(), 'vision-bench-'));
  await chmod(folder, 0o711);
  const stops = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    const [backendKey, benchKey] = [keyOf('backend'), keyOf('bench')];
    const local = await startObjectStore({ dataDirectory: join(folder, 'store'), bucket: BUCKET, credentials: [backendKey, benchKey].map((key) => ({ ...key, mode: 'read-write' })) });
    stops.push(() => local.close());
    const postgres = await startPostgres({ dataDirectory: join(folder, 'postgres') });
    stops.push(() => postgres.stop());
    const nats = await startNats({ dataDirectory: join(folder, 'nats'), users: [{ name: 'bench', password: 'bench-password' }] });
    stops.push(() => nats.stop());
    const environment = {
      ...{ PATH: process.env.PATH, NODE_ENV: 'production', LOG_LEVEL: 'silent', DATABASE_URL: postgres.url, NATS_URL: nats.urlFor('bench'), JWT_SECRET: randomBytes(32).toString('hex') },
      ...{ S3_ENDPOINT: local.endpoint, S3_BUCKET: BUCKET, S3_ACCESS_KEY_ID: backendKey.accessKeyId, S3_SECRET_ACCESS_KEY: backendKey.secretAccessKey, STORE_CHECK: 'off', IMAGE_WORKERS: '0' },
      // The heap that it is shipped with.
      ...{ ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, NODE_OPTIONS: '--max-semi-space-size=2 --max-old-space-size=512' },
    };
    const pool = new pg.Pool({ connectionString: postgres.url, max: 4 });
    pool.on('error', () => undefined);
    stops.push(() => pool.end());
    const storeOptions = { endpoint: local.endpoint, region: 'auto', bucket: BUCKET, ...benchKey };
    const store = new S3ObjectStore(storeOptions);
    stops.push(() => store.close());
    const bench = { folder, pool, store, storeOptions, local, stops, close, meter: meterOf(local, backendKey.accessKeyId), clientMeter: () => meterOf(local, benchKey.accessKeyId) };
    const begin = async () => {
      bench.backend = await startBackend(environment);
      bench.token = (await (await fetch(`${bench.backend.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) })).json()).access_token;
    };
    await begin();
    stops.push(() => bench.backend.stop());
    /** Another process: what the one before has compiled and left in its heap is gone. */
    bench.restart = async () => (await bench.backend.stop(), begin());
    return bench;
  } catch (error) {
    await close();
    throw error;
  }
}

export async function call({ backend, token }, method, path, { json, form, headers = {} } = {}) {
  const typed = json === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(`${backend.url}/api/v1/${path}`, { method, headers: { authorization: `Bearer ${token}`, ...typed, ...headers }, body: form ?? (json === undefined ? undefined : JSON.stringify(json)) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
  return answer.status === 204 ? null : answer.json();
}

/** One label of one image, another box each time. */
export async function editOne(bench, id, number = 1) {
  const path = `datasets/${id}/annotations/${number}`;
  const { revision } = await call(bench, 'GET', path);
  await call(bench, 'PATCH', path, { json: { annotation: { class_id: 0, bbox: [revision, 1, 10, 12.5] } }, headers: { 'if-match': `"${revision}"` } });
}

async function until(bench, path, isDone) {
  for (let one = await call(bench, 'GET', path); ; one = await call(bench, 'GET', path)) {
    if (one.state === 'failed' || one.zip.state === 'failed') throw new Error(`${path}: ${JSON.stringify(one)}`);
    if (isDone(one)) return one;
    await sleep(10);
  }
}

/** Waits until it has a zip. */
const zipped = (bench, id, version) => until(bench, `datasets/${id}/snapshots/${version}`, (one) => one.zip.state === 'ready');

/** Until a version without a zip has its manifest: nothing is done for it any more. */
export async function written(bench, id, version) {
  while ((await bench.store.head(`datasets/${id}/snapshots/v${version}.json`)) === null) await sleep(20);
}

/** Waits until the live view of the labels is in the bucket: an edit has that done, whether a version is made or not. */
export async function viewed(bench, id) {
  const isDue = async () => (await bench.pool.query('select view_seq < change_seq as due from datasets where id = $1', [id])).rows[0].due;
  while (await isDue()) await sleep(50);
}

/** The next version; answers it and the milliseconds that its creator waited. It is not counted or zipped then. */
export async function create(bench, id, json = {}) {
  const start = performance.now();
  const made = await call(bench, 'POST', `datasets/${id}/snapshots`, { json });
  return { version: made.version, milliseconds: performance.now() - start };
}

/** The next version with its zip: facts of it, seconds, and what the backend spent and moved for both. */
export async function buildVersion(bench, id) {
  bench.meter();
  const cpu = bench.backend.cpuSeconds();
  let made;
  const wall = await seconds(async () => (made = await zipped(bench, id, (await create(bench, id, { zip: true })).version)));
  // The zip is there before latest.json and the last words to the database.
  await sleep(150);
  return { ...made, wall, cpu: bench.backend.cpuSeconds() - cpu, moved: bench.meter() };
}

/** Zips of before are not begun with any more: the next one is built in full. */
export const forgetZips = (bench, id) => bench.pool.query('update snapshots set region = null, region_sha256 = null where dataset_id = $1', [id]);

export const newId = () => `platform-bench-${randomUUID().slice(0, 8)}`;
