import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { Targets } from '../tasks/training-task.js';
import { adamStep } from './adam.js';
import { trainingGraph, type NetworkSpec } from './network.js';
import type { NetworkState } from './network-state.js';
import { floatsOf, openSession } from './session.js';

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

/** Runs training steps: forward and backward in onnxruntime as one graph, the update here. */
export class Trainer {
  private constructor(
    private readonly spec: NetworkSpec,
    private readonly state: NetworkState,
    private readonly compiled: { readonly session: InferenceSession; readonly parts: readonly string[] },
    readonly batchSize: number,
  ) {}

  /** Makes what the state lacks and compiles the step for one batch size. */
  static async open(spec: NetworkSpec, state: NetworkState, batchSize: number): Promise<Trainer> {
    const { model, parts } = trainingGraph(spec, state, batchSize);
    return new Trainer(spec, state, { session: await openSession(model, spec.threads), parts }, batchSize);
  }

  async step(batch: Batch, rates: { readonly learningRate: number; readonly weightDecay: number }): Promise<StepLoss> {
    const feeds: Record<string, Tensor> = { images: new Tensor('float32', batch.images, [this.batchSize, ...this.spec.imageShape]) };
    for (const [name, shape] of Object.entries(this.spec.task.targetShapes)) feeds[`target:${name}`] = new Tensor('float32', batch.targets[name] ?? new Float32Array(), [this.batchSize, ...shape]);
    for (const [name, parameter] of this.state.parameters) feeds[name] = new Tensor('float32', parameter.data, parameter.shape);
    const results = await this.compiled.session.run(feeds);
    try {
      this.update(results, rates);
      const scalar = (name: string): number => floatsOf(results, name)[0] ?? Number.NaN;
      return { total: scalar('loss'), parts: Object.fromEntries(this.compiled.parts.map((name) => [name, scalar(`part:${name}`)])) };
    } finally {
      for (const tensor of Object.values(results)) tensor.dispose();
    }
  }

  async close(): Promise<void> {
    await this.compiled.session.release();
  }

  private update(results: InferenceSession.OnnxValueMapType, rates: { readonly learningRate: number; readonly weightDecay: number }): void {
    this.state.step += 1;
    const { step } = this.state;
    for (const [name, parameter] of this.state.parameters) adamStep(parameter, floatsOf(results, `gradient:${name}`), { step, ...rates });
    // Early on the kept statistics follow quickly, later slowly.
    const keep = Math.min(0.95, step / (step + 10));
    for (const [name, kept] of this.state.statistics) {
      blend(kept.mean, floatsOf(results, `mean:${name}`), keep);
      blend(kept.variance, floatsOf(results, `variance:${name}`), keep);
    }
  }
}

function blend(kept: Float32Array, fresh: Float32Array, keep: number): void {
  for (let index = 0; index < kept.length; index += 1) kept[index] = keep * (kept[index] ?? 0) + (1 - keep) * (fresh[index] ?? 0);
}
