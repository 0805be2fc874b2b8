// What the metrics cost a save of labels: CPU of the hooks of one request against the CPU that the built product takes for one PATCH. `node test/bench/telemetry-cost.mjs`;
// ends with 1 where it is more than 2 %. Both are CPU times of one run, so that neighbours on the machine have no part in it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { crc32 } from 'node:zlib';

const DIST = new URL('../../dist/', import.meta.url);
const GOAL = 0.02;
const SAVES = Number(process.env.SAVES ?? 2000);
const ROUNDS = 200_000;

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Microseconds of CPU that the hooks of one request take. */
async function hookCost() {
  const { Metrics } = await import(new URL('backend/libs/observability/src/index.js', DIST));
  const { measureRequests } = await import(new URL('backend/apps/backend/src/platform/telemetry/http-metrics.js', DIST));
  const hooks = {};
  measureRequests({ addHook: (name, hook) => (hooks[name] = hook) }, new Metrics('backend'));
  const done = () => undefined;
  const round = () => {
    const request = { method: 'PATCH', is404: false, routeOptions: { url: '/api/v1/datasets/:id/annotations/:image_id' } };
    hooks.onRequest(request, {}, done);
    hooks.onResponse(request, { statusCode: 200 }, done);
  };
  for (let index = 0; index < ROUNDS / 10; index += 1) round();
  const before = process.cpuUsage();
  for (let index = 0; index < ROUNDS; index += 1) round();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / ROUNDS;
}

/** A dataset of one class a picture. */
async function smallZip() {
  const lib = (name) => import(new URL(`backend/libs/${name}/src/index.js`, DIST));
  const [{ plannedZip }, { encodePng, toDicePackage }, { codecOf, convert }] = await Promise.all(['archive', 'dice-format', 'dataset-formats'].map(lib));
  const files = Array.from({ length: 20 }, (_, index) => ({ path: `${index % 2}/${index}.png`, bytes: encodePng(Uint8Array.from({ length: 8 * 8 * 3 }, (__, at) => at * index), { width: 8, height: 8, channels: 3 }) }));
  const { entries } = toDicePackage(await convert(files, codecOf('yolo'), { name: 'cost', createdAt: '2026-01-01T00:00:00Z' }));
  const chunks = [];
  for await (const chunk of plannedZip(entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] }))).stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Microseconds of the backend's CPU for one save, by its own metrics; and that they counted them all. */
async function saveCost({ url, admin }, metricsUrl) {
  const json = { 'content-type': 'application/json' };
  const login = await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers: json, body: JSON.stringify(admin) });
  const headers = { authorization: `Bearer ${(await login.json()).access_token}` };
  const form = new FormData();
  form.set('file', new Blob([await smallZip()]), 'd.zip');
  const uploaded = await fetch(`${url}/api/v1/datasets/upload`, { method: 'POST', headers, body: form });
  if (uploaded.status !== 201) throw new Error(`the upload answered ${uploaded.status}: ${await uploaded.text()}`);
  const { id } = await uploaded.json();
  const revisions = new Map();
  const save = async (index) => {
    const image = (index % 20) + 1;
    const address = `${url}/api/v1/datasets/${id}/annotations/${image}`;
    if (!revisions.has(image)) {
      let read = await fetch(address, { headers });
      // The labels of the upload are still being read.
      for (let wait = 0; read.status === 409 && wait < 300; wait += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        read = await fetch(address, { headers });
      }
      if (read.status !== 200) throw new Error(`${address} answered ${read.status}: ${await read.text()}`);
      revisions.set(image, read.headers.get('etag'));
    }
    const answer = await fetch(address, { method: 'PATCH', headers: { ...headers, ...json, 'if-match': revisions.get(image) }, body: JSON.stringify({ annotation: { class_id: Math.floor(index / 20) % 2 } }) });
    if (answer.status !== 200) throw new Error(`a save answered ${answer.status}: ${await answer.text()}`);
    revisions.set(image, answer.headers.get('etag'));
    await answer.arrayBuffer();
  };
  const read = async () => {
    const text = await (await fetch(metricsUrl)).text();
    const value = (name) => Number(text.split('\n').find((line) => line.startsWith(`${name} `))?.split(' ')[1] ?? 0);
    return { cpu: value('process_cpu_seconds_total') * 1e6, saves: value('vision_annotation_save_duration_seconds_count{outcome="saved"}') };
  };
  for (let index = 0; index < 500; index += 1) await save(index);
  const before = await read();
  for (let index = 0; index < SAVES; index += 1) await save(index + 500);
  const after = await read();
  if (after.saves - before.saves !== SAVES) throw new Error(`${after.saves - before.saves} of ${SAVES} saves were counted`);
  return (after.cpu - before.cpu) / SAVES;
}

const port = await freePort();
const data = await mkdtemp(join(tmpdir(), 'vision-cost-'));
await chmod(data, 0o711);
const child = spawn(process.execPath, [new URL('standalone/apps/standalone/src/main.js', DIST).pathname, '--data', data, '--port', '0', '--json'], {
  stdio: ['ignore', 'pipe', 'ignore'],
  env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'error', METRICS_PORT: String(port) },
});
const ended = once(child, 'exit');
try {
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const save = await saveCost(JSON.parse(line), `http://127.0.0.1:${port}/metrics`);
  const hooks = await hookCost();
  console.table([{ what: 'metrics of one save of labels', 'hooks, CPU µs': hooks.toFixed(2), 'save, CPU µs': save.toFixed(0), share: `${((hooks / save) * 100).toFixed(2)} %`, goal: `${GOAL * 100} %` }]);
  if (hooks / save > GOAL) process.exitCode = 1;
} finally {
  child.kill('SIGTERM');
  await ended;
  await rm(data, { recursive: true, force: true });
}
