// P9 to P11 of design/performance.md: writes of labels against a `select 1` route, against themselves one by one, by the size of the dataset, and against
// the seed's way (GET annotations.json, edit, PUT). All in one run on one Postgres; baseline and candidate take turns.
import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DIST = new URL('../../dist/', import.meta.url);
const ADMIN = { email: 'admin@bench.test', password: randomBytes(18).toString('base64url') };
/** Until the code of a write is compiled: the first ten thousand cost twice as much as those that follow. */
const WARM_UP_SECONDS = 5;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const quantile = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];

/** CPU milliseconds so far of all that this process has started: the server, Postgres, the broker. Noise of the machine has no part in it. */
function cpuMilliseconds() {
  const processes = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      processes.set(Number(name), { parent: Number(fields[1]), milliseconds: (Number(fields[11]) + Number(fields[12])) * 10 });
    } catch {
      // It ended while we looked.
    }
  }
  const isOurs = (pid) => pid > 1 && processes.has(pid) && (processes.get(pid).parent === process.pid || isOurs(processes.get(pid).parent));
  return [...processes].filter(([pid]) => isOurs(pid)).reduce((sum, [, { milliseconds }]) => sum + milliseconds, 0);
}

/** Answers rows for the table of `npm run bench`; `only` names the parts of interest. */
export async function annotationWrites({ quick = false, only = Object.keys(PARTS) } = {}) {
  const bench = await openBench();
  try {
    const rows = [];
    for (const part of only) rows.push(...(await PARTS[part](bench, quick)));
    return rows;
  } finally {
    await bench.close();
  }
}

async function openBench() {
  const { startNats, startObjectStore, startPostgres } = await import(new URL('standalone/libs/local-services/src/index.js', DIST));
  const { default: pg } = await import('pg');
  const folder = await mkdtemp(join(tmpdir(), 'vision-bench-'));
  await chmod(folder, 0o711);
  const stops = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    const postgres = await startPostgres({ dataDirectory: join(folder, 'postgres') });
    stops.push(() => postgres.stop());
    const nats = await startNats({ dataDirectory: join(folder, 'nats'), users: [{ name: 'bench', password: 'bench-password' }] });
    stops.push(() => nats.stop());
    const keys = { bucket: 'bench', accessKeyId: 'bench', secretAccessKey: randomBytes(20).toString('hex') };
    const store = await startObjectStore({ dataDirectory: join(folder, 'store'), bucket: keys.bucket, credentials: [{ accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey, mode: 'read-write' }] });
    stops.push(() => store.close());
    const child = fork(new URL('bench-server.mjs', import.meta.url), {
      env: {
        ...{ PATH: process.env.PATH, NODE_ENV: 'production', LOG_LEVEL: 'silent', DATABASE_URL: postgres.url, NATS_URL: nats.urlFor('bench'), JWT_SECRET: randomBytes(32).toString('hex') },
        ...{ S3_ENDPOINT: store.endpoint, S3_BUCKET: keys.bucket, S3_ACCESS_KEY_ID: keys.accessKeyId, S3_SECRET_ACCESS_KEY: keys.secretAccessKey },
        ...{ ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password },
      },
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    stops.push(() => (child.connected && child.disconnect(), ended));
    const { url } = await new Promise((resolve, reject) => (child.once('message', resolve), void ended.then(() => reject(new Error('the server of the bench did not start')))));
    const pool = new pg.Pool({ connectionString: postgres.url, max: 4 });
    pool.on('error', () => undefined);
    stops.push(() => pool.end());
    const login = await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) });
    const { access_token: token } = await login.json();
    return { url, token, pool, databaseUrl: postgres.url, store: { endpoint: store.endpoint, ...keys }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A dataset whose rows are made by SQL; every image has three boxes. */
async function datasetOf(bench, images) {
  const id = `platform-bench-${randomUUID().slice(0, 8)}`;
  await bench.pool.query(
    `insert into datasets (id, name, task_type, multi_label, visibility, status, num_images, num_classes, num_labeled, splits, content_hash, created_by, created_at, updated_at, revision)
     select $1, $1, 'object_detection', false, 'private', 'ready', $2, 10, $2, '{}', '', id, now(), now(), 1 from users limit 1`,
    [id, images],
  );
  await bench.pool.query(`insert into dataset_classes (dataset_id, class_id, name, color, position, image_count) select $1, n, 'class ' || n, '#000000', n, $2 from generate_series(0, 9) as n`, [id, images]);
  await bench.pool.query(
    `insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, status, size_bytes, sha256, class_ids, object_count, next_object_number, objects)
     select $1, n, 'images/' || lpad(n::text, 7, '0') || '.jpg', 640, 480, 3, 'jpeg', 'labeled', 100000, sha256(n::text::bytea), '{0,1,2}', 3, 4,
       (select jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'number', o, 'class_id', o - 1, 'source', 'import', 'bbox', jsonb_build_array(10 * o, 20, 30.5, 40))) from generate_series(1, 3) as o)
     from generate_series(1, $2::int) as n`,
    [id, images],
  );
  await bench.pool.query('analyze dataset_images');
  return id;
}

/** `connections` clients in a closed loop for so long; answers each request's milliseconds. */
async function load({ connections, seconds, send }) {
  const times = [];
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async (_, client) => {
      for (let round = 0; performance.now() < end; round += 1) {
        const start = performance.now();
        await send(client, round);
        times.push(performance.now() - start);
      }
    }),
  );
  return times;
}

function client(bench) {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const call = (method, path, { body, headers = {} } = {}) =>
    new Promise((resolve, reject) => {
      const out = request(`${bench.url}${path}`, { method, agent, headers: { authorization: `Bearer ${bench.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }), ...headers } }, (answer) => {
        let size = 0;
        const kept = [];
        answer.on('data', (chunk) => ((size += chunk.length), kept.push(chunk)));
        answer.on('end', () => resolve({ status: answer.statusCode, etag: answer.headers.etag, text: () => Buffer.concat(kept).toString(), size }));
        answer.on('error', reject);
      });
      out.on('error', reject);
      out.end(body);
    });
  return { call, close: () => agent.destroy() };
}

/** A client that edits images of its own in turn, always for the revision that it got last: no conflicts, as with people at work. */
function editor({ call }, dataset, { first, count }) {
  const tags = new Map();
  return async (clientNumber, round) => {
    const number = first + ((clientNumber * 131 + round) % count);
    const path = `/api/v1/datasets/${dataset}/annotations/${number}`;
    const tag = tags.get(number) ?? '"1"';
    const answer = await call('PATCH', path, { body: JSON.stringify({ annotation: { id: 1, bbox: [round % 500, 20, 30.5, 40], class_id: 0 } }), headers: { 'if-match': tag } });
    if (answer.status === 412) tags.set(number, `"${JSON.parse(answer.text()).current.revision}"`);
    else if (answer.status === 200) tags.set(number, answer.etag);
    else throw new Error(`PATCH answered ${answer.status}: ${answer.text()}`);
  };
}

/** Events of earlier writes are on their way no more: both kinds of rounds begin like this. */
async function settled({ pool }) {
  for (;;) {
    const { rows } = await pool.query('select count(*)::int as open from outbox where published_at is null');
    if (rows[0].open === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Takes the live view of the dataset, as another replica would that is writing it: annotations.json of 100,000 images is written once in 20 seconds of steady
 * edits, however many there are, and would fall into some rounds as a whole. It has rows of its own (live-view.mjs).
 */
async function holdView({ pool }, dataset) {
  await pool.query(`update datasets set view_claimed_until = now() + interval '1 hour' where id = $1`, [dataset]);
}

async function overHttp(bench, quick) {
  const http = client(bench);
  const [rounds, seconds] = quick ? [3, 1.5] : [7, 3];
  const dataset = await datasetOf(bench, 100_000);
  await holdView(bench, dataset);
  await bench.pool.query('vacuum analyze dataset_images');
  await bench.pool.query('checkpoint');
  // 64 clients whose images never meet: each has a stride of its own.
  const clients = Array.from({ length: 64 }, (_, one) => editor(http, dataset, { first: 1 + one * 1500, count: 1500 }));
  const asking = (path) => async () => {
    if ((await http.call('GET', path)).status !== 200) throw new Error(`${path} failed`);
  };
  const sends = {
    guarded: () => asking('/api/v1/bench/select-1'),
    ours: (round) => (number, turn) => clients[number](0, turn + round * 200),
    checked: () => asking('/bench/guarded-select-1'),
    bare: () => asking('/bench/select-1'),
  };
  const runs = Object.fromEntries(Object.keys(sends).map((name) => [name, { rates: [], cpus: [] }]));
  const timed = async ({ rates, cpus }, send) => {
    await settled(bench);
    const before = cpuMilliseconds();
    const { length } = await load({ connections: 64, seconds, send });
    rates.push(length / seconds);
    cpus.push((1000 * (cpuMilliseconds() - before)) / length);
  };
  for (const make of Object.values(sends)) await load({ connections: 64, seconds: WARM_UP_SECONDS, send: make(rounds) });
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, make] of Object.entries(sends)) await timed(runs[name], make(round));
  }
  http.close();
  const ratio = (key, base) => median(runs.ours[key].map((value, index) => value / runs[base][key][index])).toFixed(2);
  const rate = (base, name, goal) => ({ what: `P11 PATCH of labels over HTTP, 64 connections${goal}`, this: `${median(runs.ours.rates).toFixed(0)} /s`, baseline: `${median(runs[base].rates).toFixed(0)} /s`, 'baseline is': name, ratio: ratio('rates', base) });
  return [
    rate('guarded', 'a `select 1` route on the same server, behind the same guard', ' (goal 0.40)'),
    rate('checked', 'the same without Nest, behind the same credential check', ''),
    rate('bare', 'the same without Nest, for everybody', ''),
    { what: 'CPU of such a PATCH: server, Postgres and broker together', this: `${median(runs.ours.cpus).toFixed(0)} us`, baseline: `${median(runs.guarded.cpus).toFixed(0)} us`, 'baseline is': 'the `select 1` behind the guard', ratio: ratio('cpus', 'guarded') },
  ];
}

async function inProcess(bench, quick) {
  const MODULE = new URL('backend/apps/backend/src/modules/annotation/', DIST);
  const { SqlAnnotationStore } = await import(new URL('infrastructure/sql-annotation-store.js', MODULE));
  const { SqlStatements } = await import(new URL('infrastructure/sql-statements.js', MODULE));
  const { AnnotationWriter } = await import(new URL('application/annotation-writer.js', MODULE));
  const { ClassCatalogue } = await import(new URL('application/class-catalogue.js', MODULE));
  const { DiceLabelRules } = await import(new URL('application/dice-label-rules.js', MODULE));
  const { AnnotationDocument } = await import(new URL('domain/annotation-document.js', MODULE));
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString: bench.databaseUrl, max: 10 });
  const store = new SqlAnnotationStore(new SqlStatements({ driver: { master: pool } }), { wake: () => undefined });
  const classes = new ClassCatalogue(store);
  const writer = new AnnotationWriter(store, classes);
  const dataset = await datasetOf(bench, 20_000);
  const actor = (await bench.pool.query('select id from users limit 1')).rows[0].id;
  const decide = (round) => (current, table) =>
    new AnnotationDocument(current.state).apply(
      { objects: { form: 'annotation', body: { id: 1, bbox: [round % 500, 20, 30.5, 40], class_id: 0 } } },
      { rules: new DiceLabelRules({ taskType: 'object_detection', multiLabel: false, classes: table, width: 640, height: 480 }), mayReview: true, newId: randomUUID },
    );
  const numberOf = (writerNumber, round) => 1 + writerNumber * 300 + (round % 300);
  const single = async (writerNumber, round) => {
    const number = numberOf(writerNumber, round);
    const { dataset: facts, images } = await store.read(dataset, [{ number }]);
    const { revision, table } = await classes.of(dataset, facts.classesRevision);
    const { document, ...edit } = decide(round)(images[0].labels, table);
    const { written } = await store.write(dataset, revision, [{ ...edit, before: images[0].labels, after: document.state, actor }]);
    if (written[0] === null) throw new Error('a write was lost');
  };
  const batched = (writerNumber, round) => writer.submit(dataset, { number: numberOf(writerNumber, round), actor, decide: decide(round) });
  const [rounds, seconds] = quick ? [3, 1.5] : [7, 3];
  const [slow, fast] = [[], []];
  for (const send of [single, batched]) await load({ connections: 64, seconds: WARM_UP_SECONDS, send });
  for (let round = 0; round < rounds; round += 1) {
    slow.push(await load({ connections: 64, seconds, send: single }));
    fast.push(await load({ connections: 64, seconds, send: batched }));
  }
  await pool.end();
  const perSecond = (all) => median(all.map((times) => times.length / seconds));
  const p99 = (all) => median(all.map((times) => quantile(times, 0.99)));
  return [
    { what: 'P11 writes of labels in process, 64 writers, batched (goal 3.0, and 10,000 /s)', this: `${perSecond(fast).toFixed(0)} /s`, baseline: `${perSecond(slow).toFixed(0)} /s`, 'baseline is': 'the same, each in a statement of its own', ratio: (perSecond(fast) / perSecond(slow)).toFixed(2) },
    { what: 'P11 their p99 (goal: no worse)', this: `${p99(fast).toFixed(1)} ms`, baseline: `${p99(slow).toFixed(1)} ms`, 'baseline is': 'the same, each in a statement of its own', ratio: (p99(fast) / p99(slow)).toFixed(2) },
  ];
}

async function bySize(bench, quick) {
  const http = client(bench);
  const large = quick ? 100_000 : 1_000_000;
  const [small, big] = [await datasetOf(bench, 100), await datasetOf(bench, large)];
  await bench.pool.query('checkpoint');
  const [rounds, seconds] = quick ? [5, 1] : [9, 2];
  const editors = (dataset, images) => Array.from({ length: 8 }, (_, one) => editor(http, dataset, { first: 1 + one * Math.floor(images / 8), count: Math.floor(images / 8) }));
  const spread = (all, stride) => (number, turn) => all[number](0, turn * stride);
  const [smallSend, bigSend] = [spread(editors(small, 100), 1), spread(editors(big, large), 7_919)];
  await load({ connections: 8, seconds: 1, send: smallSend });
  await load({ connections: 8, seconds: 1, send: bigSend });
  const [base, ours] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    base.push(await load({ connections: 8, seconds, send: smallSend }));
    ours.push(await load({ connections: 8, seconds, send: bigSend }));
  }
  http.close();
  const at = (all, part) => median(all.map((times) => quantile(times, part)));
  return [
    [0.5, 'p50', '1.25'],
    [0.95, 'p95', '1.50'],
    [0.99, 'p99', '2.00'],
  ].map(([part, name, goal]) => ({
    what: `P9 PATCH ${name} in a dataset of ${large.toLocaleString('en')} images, 8 connections (goal at most ${goal})`,
    this: `${at(ours, part).toFixed(2)} ms`,
    baseline: `${at(base, part).toFixed(2)} ms`,
    'baseline is': 'the same in a dataset of 100 images',
    ratio: (at(ours, part) / at(base, part)).toFixed(2),
  }));
}

/** Eight writers who fetch annotations.json, change one image and put it back, as the seed says. What is not in the last file was lost. */
async function seedWay(bench, quick) {
  const { S3ObjectStore } = await import(new URL('backend/libs/object-store/src/index.js', DIST));
  const store = new S3ObjectStore({ ...bench.store, region: 'auto' });
  const images = quick ? 1_000 : 10_000;
  const seconds = quick ? 3 : 10;
  const file = { images: Array.from({ length: images }, (_, at) => ({ id: at + 1, annotations: [1, 2, 3].map((id) => ({ id, class_id: id - 1, bbox: [10 * id, 20, 30.5, 40] })) })) };
  await store.put('seed/annotations.json', Buffer.from(JSON.stringify(file)));
  const acknowledged = new Set();
  let mark = 0;
  const send = async () => {
    const own = (mark += 1);
    const all = JSON.parse(Buffer.from(await store.getBytes('seed/annotations.json', 1e9)).toString());
    all.images[own % images].annotations.push({ id: 100 + own, class_id: 0, bbox: [1, 1, 2, 2], mark: own });
    await store.put('seed/annotations.json', Buffer.from(JSON.stringify(all)));
    acknowledged.add(own);
  };
  const times = await load({ connections: 8, seconds, send });
  const last = JSON.parse(Buffer.from(await store.getBytes('seed/annotations.json', 1e9)).toString());
  const kept = new Set(last.images.flatMap((image) => image.annotations.flatMap((one) => (one.mark === undefined ? [] : [one.mark]))));
  const lost = [...acknowledged].filter((one) => !kept.has(one)).length;
  store.close();
  const dataset = await datasetOf(bench, images);
  const http = client(bench);
  const editors = Array.from({ length: 8 }, (_, one) => editor(http, dataset, { first: 1 + one * Math.floor(images / 8), count: Math.floor(images / 8) }));
  const ours = await load({ connections: 8, seconds, send: (number, turn) => editors[number](0, turn) });
  http.close();
  const { rows } = await bench.pool.query('select (select count(*) from dataset_changes where dataset_id = $1)::int as changes, (select sum(revision - 1) from dataset_images where dataset_id = $1)::int as revisions', [dataset]);
  const lostOurs = ours.length - rows[0].changes;
  return [
    { what: `edits of ${images.toLocaleString('en')} images by 8 writers`, this: `${(ours.length / seconds).toFixed(0)} /s`, baseline: `${(times.length / seconds).toFixed(1)} /s`, 'baseline is': "the seed's GET, edit, PUT of annotations.json (R2 itself takes one write a second to a key)", ratio: ((ours.length / times.length) | 0).toString() },
    { what: 'P10 acknowledged edits lost in that (goal 0)', this: `${((100 * lostOurs) / ours.length).toFixed(1)} %`, baseline: `${((100 * lost) / acknowledged.size).toFixed(1)} %`, 'baseline is': "the seed's way", ratio: '' },
  ];
}

const PARTS = { inProcess, overHttp, bySize, seedWay };

// node test/bench/annotation-writes.mjs [--quick] [--only=inProcess,overHttp,bySize,seedWay]
if (import.meta.filename === process.argv[1]) {
  const only = process.argv.find((one) => one.startsWith('--only='))?.slice('--only='.length).split(',');
  console.table(await annotationWrites({ quick: process.argv.includes('--quick'), only }));
}
