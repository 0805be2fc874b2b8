import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainerSchema, type EpochMetrics, type Trainer } from '@app/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FromChild } from '../../engine/child/child-messages.js';
import type { AttemptContext } from '../../jobs/attempt-context.js';
import { AttemptFolders } from '../../jobs/attempt-folder.js';
import { FakeCluster } from '../../testing/fake-cluster.js';
import { tinyDataset, type TinyDataset } from '../../testing/tiny-dataset.js';
import { silentLog } from '../../training-log.js';
import { KubernetesApi } from './kubernetes-api.js';
import { KubernetesRunner } from './kubernetes-runner.js';
import { TrainerJobs } from './trainer-jobs.js';

let folder: string;
let dataset: TinyDataset;
let store: Server;
let cluster: FakeCluster;
let apiUrl: string;
let controller: AbortController;
let log: string[];
let courierPort: number;
const CHECKPOINT = Buffer.from('state of epoch 1');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubernetes-runner-'));
  await writeFile(join(folder, 'token'), 'service-account-token\n');
  dataset = await tinyDataset(10);
  // The store as a presigned address reaches it: whole objects and ranges.
  store = createServer((request, response) => {
    const bytes = request.url === '/resume' ? CHECKPOINT : dataset.zip;
    const [, start = '0', end = String(bytes.length - 1)] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const part = bytes.subarray(Number(start), Number(end) + 1);
    response.writeHead(request.headers.range === undefined ? 200 : 206, { etag: '"one"', 'content-length': part.length });
    response.end(part);
  });
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  courierPort = await freePort();
});
afterAll(async () => {
  store.closeAllConnections();
  await new Promise((resolve) => store.close(resolve));
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  cluster = new FakeCluster('service-account-token');
  apiUrl = await cluster.start();
  controller = new AbortController();
  log = [];
});
afterEach(() => cluster.close());

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const SAY = `const fs = require('node:fs'); const job = JSON.parse(fs.readFileSync(process.env.VISION_JOB, 'utf8'));
const say = (line) => console.log(JSON.stringify(line));
const epoch = (n, value, files = {}) => say({ type: 'epoch', metrics: { epoch: n, primary_metric: 'accuracy', primary_value: value }, ...files });`;

function trainer(script: string, changes: object = {}): Trainer {
  return trainerSchema.parse({ id: 'mine', title: 'Mine', task_types: ['image_classification'], run: { kind: 'kubernetes', image: 'trainer:1', command: [process.execPath, '-e', `${SAY} ${script}`], gpus: 2, node_selector: { zone: 'gpu' }, tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }], ...changes } });
}

const runner = (pullMilliseconds = 100): KubernetesRunner =>
  new KubernetesRunner({
    jobs: new TrainerJobs(new KubernetesApi({ url: apiUrl, tokenFile: join(folder, 'token'), caFile: null }), 'trainers'),
    presigner: { presignGet: (key) => ({ url: `http://127.0.0.1:${portOf(store)}/${key}`, expiresAt: new Date() }) },
    workerId: 'worker/1',
    helperImage: 'vision-training:1',
    courierPort,
    log: silentLog,
    pollMilliseconds: 20,
    pullMilliseconds,
  });

async function context(changes: object = {}): Promise<AttemptContext> {
  const say = (line: string): void => void log.push(line);
  const grant = {
    ...{ job_id: randomUUID(), attempt: 2, fencing_token: randomUUID(), task_type: 'image_classification', model: 'mine', hyperparameters: { epochs: 3, seed: 1 }, split: null, resume_from: null },
    snapshot: { version: 1, key: 'snapshot', size_bytes: dataset.zip.length, sha256: dataset.sha256 },
    ...changes,
  };
  const folders = new AttemptFolders({ workDirectory: folder, workLimitBytes: 2 ** 30, reserveBytes: 0 });
  return { grant, epochs: 3, folder: await folders.create(grant as unknown as AttemptContext['grant']), progress: { report: () => undefined }, log: { debug: say, info: say, warn: say, error: say }, signal: controller.signal } as unknown as AttemptContext;
}

async function run(of: Trainer, at: AttemptContext): Promise<{ readonly last: FromChild; readonly heard: readonly FromChild[] }> {
  const prepared = await runner().prepare(at, of);
  const heard: FromChild[] = [];
  const last = await prepared.run.run((message) => Promise.resolve(void heard.push(message)));
  return { last, heard };
}

const epochsOf = (heard: readonly FromChild[]): EpochMetrics[] => heard.flatMap((one) => (one.kind === 'epoch' ? [one.metrics] : []));

describe('a trainer as a Job of Kubernetes', () => {
  it('gets its data, tells its epochs, has its files fetched, and nothing of it is left', async () => {
    const at = await context();
    const { last, heard } = await run(trainer(`fs.writeFileSync('output/a.pt', 'state'); fs.writeFileSync('output/m.onnx', 'model'); epoch(1, 0.5, { checkpoint: 'a.pt' });
      setTimeout(() => { epoch(2, fs.readFileSync('dataset/train.txt', 'utf8').split('\\n').length / 100); say({ type: 'done', best_epoch: 1, model: 'm.onnx' }); }, 300);`), at);
    expect(last).toMatchObject({ kind: 'done', bestEpoch: 1, lastEpoch: 2, model: { sizeBytes: 5 } });
    expect(epochsOf(heard).map(({ epoch, primary_value }) => [epoch, primary_value])).toEqual([[1, 0.5], [2, 0.07]]);
    expect(heard[0]).toEqual({ kind: 'started', engine: 'external-kubernetes', resumedFromEpoch: 0 });
    expect(await readFile(at.folder.file('checkpoint-epoch-1.ckpt'), 'utf8')).toBe('state');
    expect([cluster.jobs.size, cluster.secrets.size]).toEqual([0, 0]);
    expect(await podFolders()).toEqual([]);
  });

  it('asks for GPUs and nodes, and gives the trainer no right and no secret', async () => {
    const prepared = await runner().prepare(await context(), trainer('setInterval(() => undefined, 1000);'));
    const [job] = [...cluster.jobs.values()];
    expect(job?.manifest.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 86_400, ttlSecondsAfterFinished: 600 });
    const pod = job?.manifest.spec.template.spec;
    expect(pod).toMatchObject({ restartPolicy: 'Never', serviceAccountName: 'vision-trainer', automountServiceAccountToken: false, nodeSelector: { zone: 'gpu' }, tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }], securityContext: { runAsNonRoot: true } });
    const container = pod?.containers.find((one) => one.name === 'trainer');
    expect(container).toMatchObject({
      resources: { requests: { 'nvidia.com/gpu': '2' }, limits: { 'nvidia.com/gpu': '2' } },
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      volumeMounts: [{ name: 'work' }, { name: 'shm' }],
    });
    expect(JSON.stringify(job?.manifest)).not.toContain(`127.0.0.1:${portOf(store)}`);
    await prepared.run.stop();
    expect(cluster.jobs.size).toBe(0);
  });

  it('follows a log that broke off where it broke: no line twice, none left out', async () => {
    cluster.script = { breakLogAfter: 3 };
    const { last } = await run(trainer(`let n = 0; const more = () => { console.log('line ' + n++); if (n < 8) setTimeout(more, 60); else epoch(1, 1); }; more();`), await context());
    expect(last.kind).toBe('done');
    expect(log.filter((line) => line.startsWith('line'))).toEqual(Array.from({ length: 8 }, (_, at) => `line ${at}`));
  });

  it('hands over the checkpoint that it goes on from, and removes the Job of a worker that is gone', async () => {
    const at = await context({ resume_from: { epoch: 1, key: 'resume', size_bytes: CHECKPOINT.length, sha256: createHash('sha256').update(CHECKPOINT).digest('hex') } });
    const stale = await runner().prepare({ ...at, grant: { ...at.grant, attempt: 1 } }, trainer('setInterval(() => undefined, 1000);'));
    expect(cluster.jobs.size).toBe(1);
    const { last, heard } = await run(trainer(`console.log(fs.readFileSync(job.resume.checkpoint, 'utf8')); epoch(2, 1);`), at);
    expect(last).toMatchObject({ kind: 'done', lastEpoch: 2 });
    expect(heard[0]).toMatchObject({ resumedFromEpoch: 1 });
    expect(log).toContain('state of epoch 1');
    expect(cluster.jobs.size).toBe(0);
    await stale.run.stop();
  });

  it('ends a trainer at once when its run is stopped', async () => {
    const prepared = await runner().prepare(await context(), trainer(`epoch(1, 1); process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000);`));
    const heard: FromChild[] = [];
    const running = prepared.run.run((message) => Promise.resolve(void heard.push(message)));
    await expect.poll(() => heard.length).toBe(2);
    const asked = performance.now();
    await prepared.run.stop();
    expect(performance.now() - asked).toBeLessThan(5_000);
    expect(await running).toEqual({ kind: 'stopped' });
    expect(await podFolders()).toEqual([]);
  });

  it('says in words why a pod does not begin, and waits where waiting helps', async () => {
    cluster.script = { stuck: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.' }] } };
    const waiting = runner().prepare(await context(), trainer(''));
    await expect.poll(() => log.join('\n')).toContain('Insufficient nvidia.com/gpu');
    controller.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    expect([cluster.jobs.size, cluster.secrets.size]).toEqual([0, 0]);
  });

  it.each([
    ['an image that cannot be pulled', { stuck: pending('ImagePullBackOff') }, 'trainer-image'],
    ['an image without a name', { stuck: pending('InvalidImageName') }, 'trainer-image'],
    ['a namespace that refuses', { refuseJobs: 'exceeded quota: gpus' }, 'cluster-refused'],
  ])('fails by %s', async (_, script, code) => {
    cluster.script = script;
    await expect(runner().prepare(await context(), trainer(''))).rejects.toMatchObject({ code, retryable: false });
    expect([cluster.jobs.size, cluster.secrets.size]).toEqual([0, 0]);
  });

  it.each([
    ['its container has no memory left', { terminated: { exitCode: 137, reason: 'OOMKilled' } }, 'engine-out-of-memory'],
    ['its node drains', { terminated: { exitCode: 143, reason: 'Error' } }, 'engine-crashed'],
    ['it fails by itself', { terminated: { exitCode: 2, reason: 'Error' } }, 'trainer-failed'],
  ])('is a failure with a cause when %s', async (_, script, code) => {
    cluster.script = script;
    expect((await run(trainer('epoch(1, 1); console.log("last words");'), await context())).last).toMatchObject({ kind: 'failed', code });
  });

  it('refuses a link that the trainer gives as a file', async () => {
    await expect(run(trainer(`fs.symlinkSync(process.env.VISION_JOB, 'output/l'); epoch(1, 1, { checkpoint: 'l' });`), await context())).rejects.toMatchObject({ code: 'trainer-protocol' });
    expect(cluster.jobs.size).toBe(0);
  });

  it('fails clearly where the data are not what was frozen', async () => {
    const at = await context({ snapshot: { version: 1, key: 'snapshot', size_bytes: dataset.zip.length, sha256: '0'.repeat(64) } });
    await expect(run(trainer(''), at)).rejects.toMatchObject({ code: 'corrupt-snapshot', retryable: false });
  });

  it('sweeps what a worker of the same name has left', async () => {
    await runner().prepare(await context(), trainer('setInterval(() => undefined, 1000);'));
    await runner().sweep();
    expect(cluster.jobs.size).toBe(0);
  });
});

const podFolders = async (): Promise<string[]> => (await readdir(tmpdir())).filter((name) => name.startsWith('fake-pod-'));
function pending(reason: string): Record<string, unknown> {
  return { phase: 'Pending', containerStatuses: [{ name: 'trainer', state: { waiting: { reason, message: 'it says so' } } }] };
}
