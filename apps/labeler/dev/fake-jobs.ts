import { fakeEpoch, type Json } from './fake-data.js';

interface Job {
  readonly id: string;
  readonly datasetId: string;
  readonly datasetName: string;
  readonly classCount: number;
  readonly epochs: number;
  readonly startedAt: number;
  state: 'running' | 'completed' | 'failed' | 'cancelled';
  epoch: number;
  finishedAt: number | null;
  readonly failure: Json | null;
  readonly events: { readonly id: number; readonly event: string; readonly data: unknown }[];
}

const jobId = (index: number): string => `0d0f0000-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** Trainings that run by the clock. Development only. */
export class FakeJobs {
  private readonly jobs: Job[] = [];
  private nextEvent = 1;

  constructor(private readonly epochMilliseconds: number) {
    const day = 86_400_000;
    this.put({ datasetId: 'platform-imagenet-10-1f2e7bca', datasetName: 'ImageNet-10', classCount: 10, epochs: 30, startedAt: Date.now() - 2 * day, state: 'failed', epoch: 11, failure: { code: 'worker-lost', detail: 'The worker was not heard of any more.' } });
    this.put({ datasetId: 'platform-digits-1f2e3d4c', datasetName: '손글씨 숫자', classCount: 10, epochs: 12, startedAt: Date.now() - day, state: 'completed', epoch: 12, failure: null });
    this.put({ datasetId: 'platform-digits-1f2e3d4c', datasetName: '손글씨 숫자', classCount: 10, epochs: 12, startedAt: Date.now() - 5.6 * this.epochMilliseconds, state: 'running', epoch: 0, failure: null });
  }

  start(dataset: Json, epochs: number): Json {
    const classes = dataset['classes'];
    const job = this.put({ datasetId: String(dataset['id']), datasetName: String(dataset['name']), classCount: Array.isArray(classes) ? classes.length : 2, epochs, startedAt: Date.now(), state: 'running', epoch: 0, failure: null });
    return viewOf(job);
  }

  list(datasetId: string | null, state: string | null): Json[] {
    this.tick();
    return [...this.jobs].reverse().filter((job) => (datasetId === null || job.datasetId === datasetId) && (state === null || job.state === state)).map(viewOf);
  }

  details(id: string): Json | null {
    const job = this.find(id);
    if (job === undefined) return null;
    return { ...viewOf(job), metrics: epochsOf(job).map((epoch) => fakeEpoch(epoch, job.classCount, paceOf(job))), checkpoints: this.checkpoints(id), last_event_id: String(job.events.at(-1)?.id ?? 0) };
  }

  cancel(id: string): Json | null {
    const job = this.find(id);
    if (job === undefined) return null;
    if (job.state === 'running') this.finish(job, 'cancelled');
    return viewOf(job);
  }

  checkpoints(id: string): Json[] {
    const job = this.find(id);
    if (job === undefined) return [];
    const file = (epoch: number, kind: string): Json => ({ epoch, kind, key: `models/${id}/${kind}-${epoch}`, size_bytes: kind === 'state' ? 1_930_000 : 642_000, sha256: 'ab12cd34'.repeat(8), created_at: new Date(job.startedAt).toISOString(), url: `http://127.0.0.1:9/bucket/models/${id}/${kind}-${epoch}?X-Amz-Signature=fake`, expires_at: new Date(Date.now() + 3_600_000).toISOString() });
    const epochs = epochsOf(job).flatMap((epoch) => [file(epoch, 'state'), file(epoch, 'model')]);
    return job.state === 'completed' ? [...epochs, file(job.epochs, 'final')] : epochs;
  }

  logs(id: string, after: number): Json[] {
    const job = this.find(id);
    if (job === undefined) return [];
    const lines = ['reading the zip: 10,000 images, 4.2 MB', 'engine onnx, 1 thread, seed 1', ...epochsOf(job).map((epoch) => `epoch ${epoch}/${job.epochs} train_loss ${String(fakeEpoch(epoch, 2, paceOf(job))['train_loss']).slice(0, 6)}`)];
    return lines.map((line, index) => ({ seq: index + 1, at: new Date(job.startedAt + index * this.epochMilliseconds).toISOString(), line })).filter((one) => one.seq > after);
  }

  /** The events after `from`, and whether more will come. */
  eventsAfter(id: string, from: number): { readonly events: Job['events']; readonly more: boolean } | null {
    const job = this.find(id);
    return job === undefined ? null : { events: job.events.filter((one) => one.id > from), more: job.state === 'running' };
  }

  private find(id: string): Job | undefined {
    this.tick();
    return this.jobs.find((job) => job.id === id);
  }

  private put(seed: Omit<Job, 'id' | 'events' | 'finishedAt'>): Job {
    const finishedAt = seed.state === 'running' ? null : seed.startedAt + seed.epoch * 2_800;
    const job: Job = { ...seed, id: jobId(this.jobs.length + 1), finishedAt, events: [] };
    this.jobs.push(job);
    return job;
  }

  private tick(): void {
    for (const job of this.jobs.filter((one) => one.state === 'running')) {
      const reached = Math.min(job.epochs, Math.floor((Date.now() - job.startedAt) / this.epochMilliseconds));
      while (job.epoch < reached) {
        job.epoch += 1;
        this.tell(job, 'metrics', fakeEpoch(job.epoch, job.classCount, paceOf(job)));
        this.tell(job, 'checkpoint', { epoch: job.epoch, kind: 'state' });
        this.tell(job, 'log', { lines: ['.'] });
      }
      if (job.epoch === job.epochs) this.finish(job, 'completed');
      else this.tell(job, 'progress', progressOf(job));
    }
  }

  private finish(job: Job, state: 'completed' | 'cancelled'): void {
    job.state = state;
    job.finishedAt = Date.now();
    this.tell(job, 'job', viewOf(job));
  }

  private tell(job: Job, event: string, data: unknown): void {
    job.events.push({ id: this.nextEvent++, event, data });
  }
}

/** Each training learns a little differently, so that two of them can be compared. */
const paceOf = (job: Job): number => [1, 0.7, 1.3][Number(job.id.at(-1)) % 3] ?? 1;
const epochsOf = (job: Job): number[] => Array.from({ length: job.epoch }, (_, index) => index + 1);

function progressOf(job: Job): Json {
  const running = job.state === 'running';
  return { epoch: job.epoch, epochs: job.epochs, progress: job.epoch / job.epochs, phase: running ? 'training' : null, images_per_second: 2_958.4, seconds_left: running ? (job.epochs - job.epoch) * 2.8 : null };
}

export function viewOf(job: Job): Json {
  const iso = (at: number): string => new Date(at).toISOString();
  return {
    id: job.id,
    state: job.state,
    dataset_id: job.datasetId,
    dataset_name: job.datasetName,
    snapshot_version: 1,
    kind: 'training',
    priority: 'normal',
    pool: 'default',
    queue_position: null,
    waits_for: null,
    init_from_model: null,
    code_version: null,
    model: 'cnn-small',
    hyperparameters: { epochs: job.epochs, batch_size: 64, learning_rate: Number((0.003 * paceOf(job)).toFixed(5)), augment: 'light', seed: 1, class_weights: 'none' },
    split_rule: null,
    split: { source: 'dataset', rule: null, train: 1_437, val: 360, test: 0 },
    attempt: job.state === 'failed' ? 3 : 1,
    ...progressOf(job),
    best_epoch: job.epoch === 0 ? null : job.epoch,
    final_model: job.state === 'completed' ? { size_bytes: 642_000, sha256: 'ab12cd34'.repeat(8) } : null,
    failure: job.failure === null ? null : { ...job.failure, log_tail: ['epoch 11/30: loss 0.4021', 'the worker was not heard of any more'] },
    warnings: job.state === 'failed' ? [{ code: 'strong-imbalance', message: 'Some classes have many times the images of others.' }] : [],
    requested_by: '0b0f0000-0000-4000-8000-000000000001',
    retry_of: null,
    created_at: iso(job.startedAt - 4_000),
    started_at: iso(job.startedAt),
    finished_at: job.finishedAt === null ? null : iso(job.finishedAt),
  };
}
