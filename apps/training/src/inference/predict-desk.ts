import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { predictImageRpcV1, UsableModel } from '@app/contracts';
import { DomainError } from '@app/kernel';
import type { ObjectStore } from '@app/object-store';
import type { z } from 'zod';
import type { InferenceRun, LaunchInference } from '../engine/inference/inference-run.js';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import type { TrainingLog } from '../training-log.js';
import { fetchObject, type WantedObject } from './fetched-object.js';
import type { ModelCache } from './model-cache.js';

type Question = z.output<typeof predictImageRpcV1.request>;
type Answer = z.output<typeof predictImageRpcV1.reply>;

export interface PredictDeskOptions {
  readonly workDirectory: string;
  /** Questions in hand; more are for other workers, or for later. 8: each takes some tens of milliseconds. */
  readonly mostQuestions?: number;
  /** Models that are kept open; each takes the memory of a process. */
  readonly mostModels?: number;
  /** A model that nobody asked for so long is closed. */
  readonly idleMilliseconds?: number;
}

interface OpenModel {
  readonly run: InferenceRun;
  readonly opened: Promise<void>;
  busy: number;
  usedAt: number;
}

const WAIT_MILLISECONDS = 25_000;
const COME_AGAIN_SECONDS = 2;

/** Answers what models say of single images, in processes of their own beside whatever is trained. */
export class PredictDesk {
  private readonly models = new Map<string, OpenModel>();
  private readonly folder: string;
  private readonly stopped = new AbortController();
  private inHand = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly parts: { readonly store: Pick<ObjectStore, 'get'>; readonly cache: ModelCache; readonly launch: LaunchInference; readonly log: TrainingLog },
    private readonly options: PredictDeskOptions,
  ) {
    this.folder = join(options.workDirectory, 'predict');
  }

  /** Removes what a crash left behind. */
  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.folder)) await rm(join(this.folder, name), { recursive: true, force: true });
    this.timer = setInterval(() => void this.closeIdle(), this.idleMilliseconds / 2);
    this.timer.unref();
  }

  /** Throws `unavailable` with too much in hand, `unsupported-image` for what cannot be decoded. */
  async ask(question: Question): Promise<Answer> {
    if (this.stopped.signal.aborted || this.inHand >= (this.options.mostQuestions ?? 8)) throw new DomainError('unavailable', 'This worker has too much to do at the moment.', { retryAfterSeconds: COME_AGAIN_SECONDS });
    this.inHand += 1;
    try {
      return await this.answer(question);
    } catch (error) {
      throw error instanceof AttemptFailure ? domainError(error) : error;
    } finally {
      this.inHand -= 1;
    }
  }

  async close(): Promise<void> {
    this.stopped.abort(new DomainError('unavailable', 'This worker stops.'));
    if (this.timer !== null) clearInterval(this.timer);
    await Promise.all([...this.models.values()].map((one) => one.run.stop()));
    this.models.clear();
  }

  private async answer({ model, image, min_score: minScore }: Question): Promise<Answer> {
    const begun = performance.now();
    const signal = AbortSignal.any([this.stopped.signal, AbortSignal.timeout(WAIT_MILLISECONDS)]);
    const path = join(this.folder, randomUUID());
    const open = await this.opened(model, signal);
    open.busy += 1;
    try {
      await this.fetch(image, path, signal);
      await open.opened;
      const said = await open.run.look({ imageId: 0, path, minScore });
      if (said.kind === 'refused') throw new DomainError('unsupported-image', `The image cannot be decoded: ${said.reason}`);
      const { width, height, objects, uncertainty } = said;
      return { width, height, objects, uncertainty, milliseconds: performance.now() - begun };
    } finally {
      open.busy -= 1;
      open.usedAt = Date.now();
      await rm(path, { force: true });
    }
  }

  private async fetch(image: WantedObject, path: string, signal: AbortSignal): Promise<void> {
    if (await fetchObject(this.parts.store, image, { path, signal, log: this.parts.log })) return;
    throw new DomainError('unsupported-image', 'The image does not have the content that was stored.');
  }

  /** Those who ask for a model at a time share it. */
  private async opened(model: UsableModel, signal: AbortSignal): Promise<OpenModel> {
    // The adapter belongs to the model: an uploaded file may be registered twice, to be used in two ways.
    const key = `${model.object.sha256} ${JSON.stringify(model.adapter)}`;
    const known = this.models.get(key);
    if (known !== undefined && !known.run.isGone) return known;
    const modelPath = await this.parts.cache.path(model.object, { signal, log: this.parts.log });
    const meanwhile = this.models.get(key);
    if (meanwhile !== undefined && !meanwhile.run.isGone) return meanwhile;
    await this.makeRoom();
    const run = this.parts.launch();
    const opened = run.open({ modelPath, adapter: model.adapter, threads: 1, measures: false });
    const open: OpenModel = { run, opened, busy: 0, usedAt: Date.now() };
    this.models.set(key, open);
    opened.catch(() => {
      if (this.models.get(key) === open) this.models.delete(key);
      void run.stop();
    });
    return open;
  }

  /** Throws `unavailable` where all that are open are in use. */
  private async makeRoom(): Promise<void> {
    for (const [key, one] of this.models) if (one.run.isGone) this.models.delete(key);
    const most = this.options.mostModels ?? 2;
    if (this.models.size < most) return;
    const [idlest] = [...this.models].filter(([, one]) => one.busy === 0).sort(([, a], [, b]) => a.usedAt - b.usedAt);
    if (idlest === undefined) throw new DomainError('unavailable', 'This worker uses other models at the moment.', { retryAfterSeconds: COME_AGAIN_SECONDS });
    this.models.delete(idlest[0]);
    await idlest[1].run.stop();
  }

  private async closeIdle(): Promise<void> {
    const idle = [...this.models].filter(([, one]) => one.busy === 0 && Date.now() - one.usedAt > this.idleMilliseconds);
    for (const [key] of idle) this.models.delete(key);
    await Promise.all(idle.map(([, one]) => one.run.stop()));
  }

  private get idleMilliseconds(): number {
    return this.options.idleMilliseconds ?? 60_000;
  }
}

/** A process that ended is no fault of the question's: another try may be answered. */
function domainError({ code, detail, retryable }: AttemptFailure): DomainError {
  return retryable ? new DomainError('unavailable', detail, { retryAfterSeconds: COME_AGAIN_SECONDS }) : new DomainError('validation-failed', detail, { findings: [{ code, message: detail }] });
}
