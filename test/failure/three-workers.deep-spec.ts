import { existsSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, type Job } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { mnistZip } from '../e2e/mnist-zip.js';
import { untilDead, WorkerProcess } from './worker-processes.js';

/**
 * Three workers and a nemesis that kills them with -9 or freezes them for longer than their lease, ten seeds of it (F-21, F-22): no job runs twice to
 * effect, each ends, with bitwise the same weights as one that nobody disturbed.
 */
const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);
const LEASE_SECONDS = 5;
const EPOCHS = 6;
/** Attempts of a job; one that lost so many workers fails. */
const MOST_ATTEMPTS = 3;
const KINDS = [
  { epochs: EPOCHS, batch_size: 16, seed: 3, augment: 'standard', image_size: 28 },
  { epochs: EPOCHS, batch_size: 8, seed: 4, augment: 'light', image_size: 28 },
  { epochs: EPOCHS, batch_size: 16, seed: 5, augment: 'none', image_size: 32 },
];

let product: Product;
let api: ApiClient;
let pool: pg.Pool;
let datasetId = '';
let workers: WorkerProcess[] = [];
const straight: Job[] = [];

const rest = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function attemptOf(worker: WorkerProcess): Promise<number> {
  const { rows } = await pool.query<{ attempt: number }>("select attempt_number as attempt from training_jobs where worker_id = $1 and state in ('verifying','running')", [worker.id]);
  return rows[0]?.attempt ?? 0;
}

/** Takes a worker away from its job, at most as often as a job can bear, and gives it back. */
class Nemesis {
  readonly deeds: string[] = [];
  private readonly random: () => number;
  private readonly returning = new Set<Promise<void>>();
  private readonly away = new Set<WorkerProcess>();

  constructor(seed: number) {
    this.random = randomOf(seed);
  }

  async strike(): Promise<void> {
    const victim = workers[Math.floor(this.random() * workers.length)];
    const freezes = this.random() < 0.4;
    const pause = 500 + this.random() * 2_000;
    if (victim === undefined || this.away.has(victim)) return;
    const attempt = await attemptOf(victim);
    if (attempt === 0 || attempt >= MOST_ATTEMPTS) return;
    this.deeds.push(`${freezes ? 'froze' : 'killed'} ${victim.id} in attempt ${attempt}`);
    this.away.add(victim);
    const back = (freezes ? this.freeze(victim, pause) : this.kill(victim, pause)).finally(() => this.away.delete(victim));
    this.returning.add(back);
  }

  async end(): Promise<void> {
    await Promise.all(this.returning);
  }

  private async freeze(victim: WorkerProcess, pause: number): Promise<void> {
    victim.signal('SIGSTOP');
    await rest(LEASE_SECONDS * 1000 + 1_000 + pause);
    victim.signal('SIGCONT');
  }

  private async kill(victim: WorkerProcess, pause: number): Promise<void> {
    await untilDead(await victim.kill());
    await rest(pause);
    await victim.start();
  }
}

function expectSame(job: Job, kind: number, deeds: readonly string[]): void {
  const undisturbed = straight[kind];
  expect(job.state, `${JSON.stringify(job.failure)} after: ${deeds.join(', ')}`).toBe('completed');
  expect(job.metrics.map((one) => one.epoch)).toEqual(Array.from({ length: EPOCHS }, (_, index) => index + 1));
  const hashes = (of: Job | undefined): string[] => (of?.checkpoints ?? []).map((one) => `${one.epoch} ${one.kind} ${one.sha256}`).sort();
  expect(hashes(job)).toEqual(hashes(undisturbed));
  expect(job.final_model?.sha256).toBe(undisturbed?.final_model?.sha256);
}

/** The states that pages were shown: one end, and running as often as there were attempts. */
async function expectOneEnd(job: Job): Promise<void> {
  const { rows } = await pool.query<{ state: string }>("select data->>'state' as state from training_job_events where job_id = $1 and kind = 'job' order by id", [job.id]);
  const states = rows.map((row) => row.state);
  expect(states.filter((state) => ['completed', 'failed', 'cancelled'].includes(state))).toEqual(['completed']);
  expect(states.filter((state) => state === 'verifying')).toHaveLength(job.attempt);
}

beforeAll(async () => {
  product = await startProduct({ environment: { TRAINING_LEASE_SECONDS: String(LEASE_SECONDS), TRAINING_CLAIM_SECONDS: '2', POOL: 'idle' } });
  api = await ApiClient.logIn(product);
  pool = new pg.Pool({ connectionString: product.database_url, max: 2 });
  datasetId = (await api.upload(await mnistZip({ train: 240, val: 60 }), { name: 'Digits' })).body.id;
  workers = ['one', 'two', 'three'].map((id) => new WorkerProcess(product, id));
  for (const worker of workers) await worker.start();
  for (const settings of KINDS) straight.push(await api.untilEnded((await api.start(datasetId, settings)).id));
  expect(straight.map((job) => job.state)).toEqual(KINDS.map(() => 'completed'));
});
afterAll(async () => {
  for (const worker of workers) await worker.stop();
  await pool?.end();
  await product?.stop();
});

describe.runIf(existsSync('/proc'))('three workers', () => {
  it.each(SEEDS)('killed and frozen at random, seed %i: every job ends once, bitwise as if nothing had happened', async (seed) => {
    const nemesis = new Nemesis(seed);
    const ids = await Promise.all(KINDS.map(async (settings) => (await api.start(datasetId, settings)).id));
    let isOver = false;
    const striking = (async (): Promise<void> => {
      while (!isOver) {
        await rest(700);
        await nemesis.strike();
      }
    })();
    const ended = await Promise.all(ids.map((id) => api.untilEnded(id, 120_000)));
    isOver = true;
    await striking;
    await nemesis.end();
    expect(nemesis.deeds.length, 'the nemesis did nothing').toBeGreaterThan(0);
    for (const [kind, job] of ended.entries()) {
      expectSame(job, kind, nemesis.deeds);
      await expectOneEnd(job);
    }
  }, 150_000);

  it('leave nothing behind', async () => {
    for (let wait = 0; wait < 100 && (await Promise.all(workers.map((worker) => worker.attemptFolders()))).flat().length > 0; wait += 1) await rest(100);
    expect((await Promise.all(workers.map((worker) => worker.attemptFolders()))).flat()).toEqual([]);
    const { rows } = await pool.query('select 1 from training_early_reports');
    expect(rows).toEqual([]);
  });
});
