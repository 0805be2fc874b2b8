import type { FromChild } from '../../engine/child/child-messages.js';
import type { FollowedRun } from '../../jobs/engine-run.js';
import { pause } from '../../pause.js';
import { MOST_LINE_BYTES, type TrainerExit, type TrainerOutput } from '../trainer-output.js';
import type { PodFiles } from './pod-files.js';
import { PodLogLines } from './pod-logs.js';
import { exitOf } from './pod-state.js';
import type { TrainerJobs } from './trainer-jobs.js';
import { KubernetesRefusal } from './kubernetes-api.js';

export interface KubernetesRunParts {
  readonly jobs: TrainerJobs;
  /** Of the Job. */
  readonly name: string;
  readonly podName: string;
  readonly output: TrainerOutput;
  readonly files: PodFiles;
  readonly started: FromChild;
  readonly pollMilliseconds: number;
  /** Ends with the run. */
  readonly controller: AbortController;
}

const REMOVE_TRIES = 5;
const REMOVE_PAUSE_MILLISECONDS = 500;

/** A trainer in a pod that has begun: its log followed to the end, its files fetched as it names them, the Job removed. */
export class KubernetesRun implements FollowedRun {
  private isStopped = false;
  private removing: Promise<void> | null = null;

  constructor(private readonly parts: KubernetesRunParts) {}

  async run(hear: (message: FromChild) => Promise<void>): Promise<FromChild> {
    const { output, files, started } = this.parts;
    try {
      await hear(started);
      const exit = await this.follow(hear);
      const last = output.conclude(exit);
      // Without it the pod ends with the Job, which is removed next.
      await files.done().catch(() => undefined);
      return last;
    } catch (error) {
      if (this.isStopped) return { kind: 'stopped' };
      throw error;
    } finally {
      await this.remove();
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.parts.controller.abort(new Error('the run was stopped'));
    await this.remove();
  }

  /** Until the trainer has ended and its log was read to the end. */
  private async follow(hear: (message: FromChild) => Promise<void>): Promise<TrainerExit> {
    const lines = new PodLogLines(MOST_LINE_BYTES);
    for (;;) {
      // Asked before the log: what is read after the end is all there is.
      const exit = await this.exit();
      await this.read(lines, hear);
      if (exit !== null) return exit;
      await pause(this.parts.pollMilliseconds, this.parts.controller.signal);
    }
  }

  private async exit(): Promise<TrainerExit | null> {
    const { jobs, name, controller } = this.parts;
    const pod = await jobs.pod(name, controller.signal);
    return (pod === null ? null : exitOf(pod)) ?? (await jobs.ending(name, controller.signal));
  }

  /** One connection. A log that breaks off is followed again where it broke. */
  private async read(lines: PodLogLines, hear: (message: FromChild) => Promise<void>): Promise<void> {
    const { jobs, podName, controller, output } = this.parts;
    const waiting: (string | null)[] = [];
    try {
      for await (const line of lines.read(await jobs.logs(podName, lines.query, controller.signal))) {
        waiting.push(line);
        await output.take(line, hear);
        waiting.pop();
      }
    } catch (error) {
      controller.signal.throwIfAborted();
      // A line that could not be taken is not the connection's fault.
      if (waiting.length > 0) throw error;
      if (error instanceof KubernetesRefusal && error.status === 403) throw error;
    }
  }

  /** Never throws: what cannot be removed now ends by its deadline, and is swept by the next start. */
  private remove(): Promise<void> {
    this.removing ??= this.tryRemove();
    return this.removing;
  }

  private async tryRemove(): Promise<void> {
    for (let tries = 1; tries <= REMOVE_TRIES; tries += 1) {
      try {
        return await this.parts.jobs.remove(this.parts.name);
      } catch {
        await pause(REMOVE_PAUSE_MILLISECONDS * tries);
      }
    }
  }
}
