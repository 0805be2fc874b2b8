import { randomBytes } from 'node:crypto';
import type { Trainer, KubernetesRun as RunSettings } from '@app/contracts';
import type { Presigner } from '@app/object-store';
import type { AttemptContext } from '../../jobs/attempt-context.js';
import { AttemptFailure } from '../../jobs/attempt-errors.js';
import { pause } from '../../pause.js';
import type { TrainingLog } from '../../training-log.js';
import type { PreparedTrainer, TrainerRunner } from '../external-trainers.js';
import { GRANT_FILE, podPreparedSchema, type PodGrant, type PodPrepared } from '../pod/pod-grant.js';
import { TrainerLog } from '../trainer-log.js';
import { TrainerOutput } from '../trainer-output.js';
import { jobManifest } from './job-manifest.js';
import { KubernetesRefusal } from './kubernetes-api.js';
import { KubernetesRun } from './kubernetes-run.js';
import { PodFiles } from './pod-files.js';
import { brokenImage, fetchMessage, isPullFailing, isTrainerBegun, waitingFor, type Pod } from './pod-state.js';
import { JOB_LABEL, WORKER_LABEL, type TrainerJobs } from './trainer-jobs.js';

export interface KubernetesRunnerParts {
  readonly jobs: TrainerJobs;
  readonly presigner: Pick<Presigner, 'presignGet'>;
  readonly workerId: string;
  /** The image of this service. */
  readonly helperImage: string;
  readonly courierPort: number;
  readonly log: TrainingLog;
  /** 1,000 ms. */
  readonly pollMilliseconds?: number;
  /** How long an image may fail to be pulled. 5 minutes: a registry that restarts. */
  readonly pullMilliseconds?: number;
}

const POLL_MILLISECONDS = 1_000;
const PULL_MILLISECONDS = 300_000;

/** Trainers that are Jobs of a Kubernetes cluster; see docs/adr/0014. */
export class KubernetesRunner implements TrainerRunner {
  constructor(private readonly parts: KubernetesRunnerParts) {}

  /** Removes Jobs that this worker left behind when it was killed. */
  async sweep(): Promise<void> {
    const { jobs, log, workerId } = this.parts;
    for (const name of await jobs.named(WORKER_LABEL, labelOf(workerId))) {
      log.warn(`the Job ${name} of an attempt that a crash ended is removed`);
      await jobs.remove(name);
    }
  }

  async prepare(context: AttemptContext, trainer: Trainer): Promise<PreparedTrainer> {
    const { run } = trainer;
    if (run.kind !== 'kubernetes') throw new Error('not a Job');
    const name = `vt-${context.grant.job_id}-${context.grant.attempt}`;
    try {
      await this.removeOlder(context);
      const token = randomBytes(32).toString('hex');
      await this.create(context, { trainer, run, name, token });
      const { pod, prepared } = await this.untilBegun(context, name);
      return { split: prepared.split, run: this.following(context, { trainer, name, pod, token, trainImages: prepared.train_images }) };
    } catch (error) {
      await this.parts.jobs.remove(name).catch(() => undefined);
      context.signal.throwIfAborted();
      throw error instanceof KubernetesRefusal ? new AttemptFailure('cluster-refused', `The cluster refuses the trainer's Job: ${error.reason}`, { retryable: false, cause: error }) : error;
    }
  }

  /** Of earlier attempts whose worker is gone: their GPU is wanted here. */
  private async removeOlder({ grant, signal }: AttemptContext): Promise<void> {
    for (const name of await this.parts.jobs.named(JOB_LABEL, grant.job_id, signal)) await this.parts.jobs.remove(name);
  }

  private async create(context: AttemptContext, facts: { readonly trainer: Trainer; readonly run: RunSettings; readonly name: string; readonly token: string }): Promise<void> {
    const { jobs, helperImage, courierPort, workerId } = this.parts;
    const { run, name } = facts;
    if (context.grant.snapshot.size_bytes > run.scratch_bytes) throw new AttemptFailure('work-limit', "The dataset is larger than the scratch_bytes of the trainer's pod.", { retryable: false });
    const labels = { 'app.kubernetes.io/part-of': 'vision-platform', [JOB_LABEL]: context.grant.job_id, [WORKER_LABEL]: labelOf(workerId) };
    const at = { name, namespace: jobs.namespace, labels };
    await jobs.create(jobManifest({ ...at, run, helperImage, courierPort }), { ...at, file: GRANT_FILE, text: JSON.stringify(this.grantOf(context, facts)) }, context.signal);
    context.log.info(`the Job ${name} was made in the cluster`);
  }

  private grantOf({ grant, epochs }: AttemptContext, { trainer, token }: { readonly trainer: Trainer; readonly token: string }): PodGrant {
    const { job_id, attempt, model, task_type, hyperparameters, split, snapshot, resume_from: from } = grant;
    const { presigner, courierPort } = this.parts;
    return {
      ...{ job_id, attempt, model, task_type, hyperparameters, split, epochs, layout: trainer.dataset, model_format: trainer.model_format },
      snapshot: { url: presigner.presignGet(snapshot.key).url, size_bytes: snapshot.size_bytes, sha256: snapshot.sha256, version: snapshot.version },
      resume: from === null ? null : { url: presigner.presignGet(from.key).url, size_bytes: from.size_bytes, sha256: from.sha256, epoch: from.epoch },
      token,
      courier_port: courierPort,
    };
  }

  /** Waits for a node, for images and for the data, for as long as the Job may take. */
  private async untilBegun(context: AttemptContext, name: string): Promise<{ readonly pod: Pod; readonly prepared: Extract<PodPrepared, { ok: true }> }> {
    const { jobs, pollMilliseconds = POLL_MILLISECONDS } = this.parts;
    const pulling = new PullWatch(this.parts.pullMilliseconds ?? PULL_MILLISECONDS);
    let told: string | null = null;
    for (;;) {
      const pod = await jobs.pod(name, context.signal);
      if (pod !== null) {
        const prepared = preparedOf(fetchMessage(pod));
        assertUsable(pod, pulling);
        if (prepared !== null && isTrainerBegun(pod)) return { pod, prepared };
        const reason = waitingFor(pod);
        if (reason !== null && reason !== told) context.log.info(reason);
        told = reason ?? told;
      }
      await this.assertStands(name, context.signal);
      context.progress.report({ phase: 'downloading', epoch: 0, fraction: 0, imagesPerSecond: null });
      await pause(pollMilliseconds, context.signal);
    }
  }

  private async assertStands(name: string, signal: AbortSignal): Promise<void> {
    const ending = await this.parts.jobs.ending(name, signal);
    if (ending === null) return;
    const { code, detail } = ending.verdict ?? { code: 'engine-crashed', detail: `The trainer's pod did not begin: ${ending.signal ?? 'unknown'}.` };
    throw new AttemptFailure(code, detail, { retryable: ending.verdict === null });
  }

  private following(context: AttemptContext, facts: { readonly trainer: Trainer; readonly name: string; readonly pod: Pod; readonly token: string; readonly trainImages: number }): KubernetesRun {
    const { folder, epochs, grant } = context;
    const { trainer, name, pod, token, trainImages } = facts;
    const controller = new AbortController();
    const files = new PodFiles((bytes) => folder.assertRoom(bytes), controller.signal);
    files.reach({ host: pod.status.podIP ?? '', port: this.parts.courierPort, token });
    const resumedFromEpoch = grant.resume_from?.epoch ?? 0;
    const output = new TrainerOutput({ epochs, resumedFromEpoch, trainImages, modelFormat: trainer.model_format, files, pathFor: (file) => folder.file(file), log: new TrainerLog(context.log) });
    const { jobs, pollMilliseconds = POLL_MILLISECONDS } = this.parts;
    return new KubernetesRun({ jobs, name, podName: pod.metadata.name, output, files, started: { kind: 'started', engine: 'external-kubernetes', resumedFromEpoch }, pollMilliseconds, controller });
  }
}

/** How long the images of a pod cannot be pulled. */
class PullWatch {
  private since: number | null = null;

  constructor(private readonly mostMilliseconds: number) {}

  isOver(isFailing: boolean): boolean {
    this.since = isFailing ? (this.since ?? Date.now()) : null;
    return this.since !== null && Date.now() - this.since >= this.mostMilliseconds;
  }
}

function assertUsable(pod: Pod, pulling: PullWatch): void {
  const broken = brokenImage(pod);
  if (broken !== null) throw new AttemptFailure(broken.code, broken.detail, { retryable: false });
  if (pulling.isOver(isPullFailing(pod))) throw new AttemptFailure('trainer-image', "The image of the trainer's pod cannot be pulled.", { retryable: false });
}

function preparedOf(message: string | null): Extract<PodPrepared, { ok: true }> | null {
  if (message === null) return null;
  const parsed = podPreparedSchema.safeParse(jsonOf(message));
  if (!parsed.success) throw new AttemptFailure('engine-crashed', 'The container that brings the data ended without a word.', { retryable: true });
  if (parsed.data.ok) return parsed.data;
  throw new AttemptFailure(parsed.data.code, parsed.data.detail, { retryable: parsed.data.retryable });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** As a label's value may be: 63 characters of a small alphabet. */
const labelOf = (text: string): string => text.replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, 63).replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
