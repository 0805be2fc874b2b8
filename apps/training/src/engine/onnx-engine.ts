import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { EpochMetrics, ValidationExample } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint/checkpoint-file.js';
import { takeWeights } from './checkpoint/warm-start.js';
import { configHash } from './config-hash.js';
import { BatchFiller } from './data/batch-filler.js';
import { CHANNELS } from './data/image-decoder.js';
import { TrainingData } from './data/training-data.js';
import { trainOnce, type TrainedEpoch } from './epoch-trainer.js';
import { BestEpoch } from './evaluation/best-epoch.js';
import { epochMetrics, startClock } from './evaluation/epoch-metrics.js';
import { evaluateModel } from './evaluation/evaluator.js';
import { modelMetadata } from './model-metadata.js';
import { batchSizeFor, shardsOf } from './network/batch-size.js';
import { exportNetwork, type NetworkSpec } from './network/network.js';
import { emptyState, hasShapeOf, isFinite, type NetworkState } from './network/network-state.js';
import { Trainer, type BatchPlan } from './network/trainer.js';
import { loadRuntime } from './runtime/load-runtime.js';
import type { StepRuntime } from './runtime/step-runtime.js';
import { modelFor, TRAINABLE_TASKS } from './tasks/model-registry.js';
import type { OpenedModel } from './tasks/trainable-model.js';
import type { EngineCapabilities, EpochWatch, TrainingEngine, TrainingSpec } from './training-engine.js';

/** All that one training has open. */
interface Opened {
  readonly spec: TrainingSpec;
  readonly settings: OpenedModel['settings'];
  readonly data: TrainingData;
  readonly network: NetworkSpec;
  readonly filler: BatchFiller;
  readonly configHash: string;
  readonly plan: BatchPlan;
  state: NetworkState;
  trainer: Trainer;
}

/** Trains with forward and backward as one ONNX graph, in whatever runtime computes it: the engines onnx and tfjs are this one. What is learned is the task's own. */
export class OnnxEngine implements TrainingEngine {
  private opened: Opened | null = null;
  private best = new BestEpoch();
  private trained: TrainedEpoch | null = null;
  private examples: readonly ValidationExample[] = [];
  private clock = startClock();

  /** `cores`: threads that share the parts of a batch at most. By default those that the process may use. */
  constructor(private readonly options: { readonly cores?: number; /** In tests; by default the best that the training's engine finds here. */ readonly runtime?: StepRuntime } = {}) {}

  capabilities(): EngineCapabilities {
    const { settings, plan } = this.prepared();
    return { name: settings.engine, runtime: plan.runtime.name, notice: plan.runtime.notice, taskTypes: TRAINABLE_TASKS };
  }

  async prepare(spec: TrainingSpec): Promise<void> {
    const model = modelFor(spec.taskType, spec.model);
    const { settings, task } = model.open(spec.hyperparameters);
    const data = TrainingData.open(spec, model);
    try {
      const network: NetworkSpec = { task: task(data.facts()), imageShape: [CHANNELS, spec.imageSide, spec.imageSide], seed: settings.seed, threads: settings.threads };
      const init = spec.initFile === null ? null : readFileSync(spec.initFile);
      const state = emptyState();
      const runtime = this.options.runtime ?? (await loadRuntime(settings.engine));
      const plan = { runtime, ...shardsOf(batchSizeFor(settings.batch_size, data.train.length), settings.shards), cores: this.options.cores ?? availableParallelism() };
      const trainer = await Trainer.open(network, state, plan);
      if (init !== null) takeWeights(state, decodeCheckpoint(init, null).state);
      const initSha256 = init === null ? null : createHash('sha256').update(init).digest('hex');
      this.opened = { spec, settings, data, network, filler: new BatchFiller(network.task, data.images, settings.seed), configHash: configHash(spec, { settings, data, initSha256 }), plan, state, trainer };
    } catch (error) {
      data.close();
      throw error;
    }
  }

  async restore(checkpoint: Buffer): Promise<number> {
    const open = this.prepared();
    const { state, progress } = decodeCheckpoint(checkpoint, open.configHash);
    if (!hasShapeOf(state, open.state)) throw new DomainError('validation-failed', 'The checkpoint cannot be used: its tensors are not those of the model.');
    await open.trainer.close();
    open.state = state;
    open.trainer = await Trainer.open(open.network, state, open.plan);
    this.best = new BestEpoch(progress);
    return progress.epoch;
  }

  async trainEpoch(epoch: number, watch: EpochWatch): Promise<void> {
    const open = this.prepared();
    this.clock = startClock();
    this.trained = await trainOnce(epoch, open, watch);
    this.best.trained(epoch);
    if (!isFinite(open.state)) throw new DomainError('validation-failed', `The training diverged in epoch ${epoch}: a weight is not finite any more. Try a smaller learning rate.`);
  }

  async evaluate(): Promise<EpochMetrics> {
    const { network, data, settings, plan } = this.prepared();
    const { result, examples } = await evaluateModel(this.exportModel(), { task: network.task, data, threads: settings.threads, runtime: plan.runtime });
    this.examples = examples;
    this.best.measured(result.primaryValue);
    return epochMetrics(this.best.progress.epoch, { trained: this.trained, result, clock: this.clock });
  }

  validationExamples(): readonly ValidationExample[] {
    return this.examples;
  }

  saveCheckpoint(): Buffer {
    const open = this.prepared();
    return encodeCheckpoint({ configHash: open.configHash, state: open.state, progress: this.best.progress });
  }

  exportModel(): Uint8Array {
    const { spec, network, state } = this.prepared();
    return exportNetwork(network, state, modelMetadata(spec, network.task, this.best.progress.epoch));
  }

  isPatienceOver(): boolean {
    const { patience } = this.prepared().settings;
    return patience > 0 && this.best.progress.epochsWithoutGain >= patience;
  }

  bestEpoch(): number {
    return this.best.progress.bestEpoch;
  }

  async dispose(): Promise<void> {
    const { opened } = this;
    this.opened = null;
    await opened?.trainer.close();
    opened?.data.close();
  }

  private prepared(): Opened {
    if (this.opened === null) throw new Error('the engine is not prepared');
    return this.opened;
  }
}
