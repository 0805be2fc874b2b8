import type { StepRuntime } from '../runtime/step-runtime.js';
import type { Targets } from '../tasks/training-task.js';
import { adamStep } from './adam.js';
import { trainingGraph, type NetworkSpec } from './network.js';
import type { NetworkState } from './network-state.js';
import { stepLayout, type StepLayout } from './step-layout.js';
import { LocalSteps, type ReadOutput, type StepRunner } from './step-runner.js';
import { canRunThreads, ThreadedSteps } from './step-threads.js';

/** Arrays of a whole batch. */
export interface Batch {
  /** NCHW */
  readonly images: Float32Array;
  /** By name, the images of the batch one behind the other. */
  readonly targets: Targets;
}

export interface StepLoss {
  readonly total: number;
  readonly parts: Readonly<Record<string, number>>;
}

export interface BatchPlan {
  readonly size: number;
  /** Parts that are computed apart, each with its own statistics: `shards` of the configuration, and part of the result. */
  readonly shards: number;
  /** Threads that share them; no part of the result. */
  readonly cores: number;
  readonly runtime: StepRuntime;
}

/** Runs training steps: forward and backward in the runtime as one graph, the update here. */
export class Trainer {
  private readonly lossParts: readonly string[];
  private readonly sums: ReadonlyMap<string, Float32Array>;

  private constructor(
    private readonly state: NetworkState,
    private readonly runner: StepRunner,
    layout: StepLayout,
    private readonly plan: BatchPlan,
  ) {
    this.lossParts = layout.outputs.flatMap(({ name }) => (name.startsWith(PART) ? [name.slice(PART.length)] : []));
    this.sums = new Map(layout.outputs.map(({ name, size }) => [name, new Float32Array(size)]));
  }

  /** Makes what the state lacks and compiles the step for one batch size. */
  static async open(spec: NetworkSpec, state: NetworkState, plan: BatchPlan): Promise<Trainer> {
    const graph = trainingGraph(spec, state, plan.size / plan.shards);
    const layout = stepLayout(spec, state, graph);
    const workers = Math.min(plan.shards, plan.cores);
    const runner =
      workers > 1 && canRunThreads()
        ? new ThreadedSteps({ model: graph.model, runtime: plan.runtime.name, threads: spec.threads }, state, layout, { parts: plan.shards, workers })
        : new LocalSteps(await plan.runtime.open(graph.model, spec.threads), state, layout, plan.shards);
    return new Trainer(state, runner, layout, plan);
  }

  get batchSize(): number {
    return this.plan.size;
  }

  async step(batch: Batch, rates: { readonly learningRate: number; readonly weightDecay: number }): Promise<StepLoss> {
    let loss: StepLoss = { total: Number.NaN, parts: {} };
    await this.runner.run(batch, (part, read) => {
      this.gather(part, read);
      if (part < this.plan.shards - 1) return;
      const outcome = this.plan.shards === 1 ? read : this.mean();
      this.update(outcome, rates);
      const scalar = (name: string): number => outcome(name)[0] ?? Number.NaN;
      loss = { total: scalar('loss'), parts: Object.fromEntries(this.lossParts.map((name) => [name, scalar(`${PART}${name}`)])) };
    });
    return loss;
  }

  async close(): Promise<void> {
    await this.runner.close();
  }

  /** In the order of the parts: float32 sums depend on it. */
  private gather(part: number, read: ReadOutput): void {
    if (this.plan.shards === 1) return;
    for (const [name, sum] of this.sums) {
      const values = read(name);
      if (part === 0) sum.set(values);
      else for (let index = 0; index < sum.length; index += 1) sum[index] = (sum[index] ?? 0) + (values[index] ?? 0);
    }
  }

  private mean(): ReadOutput {
    for (const sum of this.sums.values()) for (let index = 0; index < sum.length; index += 1) sum[index] = (sum[index] ?? 0) / this.plan.shards;
    return (name) => this.sums.get(name) ?? new Float32Array();
  }

  private update(read: ReadOutput, rates: { readonly learningRate: number; readonly weightDecay: number }): void {
    this.state.step += 1;
    const { step } = this.state;
    for (const [name, parameter] of this.state.parameters) adamStep(parameter, read(`gradient:${name}`), { step, ...rates });
    // Early on the kept statistics follow quickly, later slowly.
    const keep = Math.min(0.95, step / (step + 10));
    for (const [name, kept] of this.state.statistics) {
      blend(kept.mean, read(`mean:${name}`), keep);
      blend(kept.variance, read(`variance:${name}`), keep);
    }
  }
}

const PART = 'part:';

function blend(kept: Float32Array, fresh: Float32Array, keep: number): void {
  for (let index = 0; index < kept.length; index += 1) kept[index] = keep * (kept[index] ?? 0) + (1 - keep) * (fresh[index] ?? 0);
}
