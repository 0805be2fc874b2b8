import { createHash } from 'node:crypto';
import type { CnnSmallHyperparameters, EpochMetrics } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { Tensor } from 'onnxruntime-node';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint/checkpoint-file.js';
import { Augmenter, PIXEL_DEVIATION, PIXEL_MEAN, writePlain } from './data/augmentation.js';
import { CHANNELS } from './data/image-decoder.js';
import { SampleCacheReader } from './data/sample-cache.js';
import { ClassificationMetrics, finiteOrNull, type ClassificationResult } from './metrics/classification-metrics.js';
import { learningRateAt } from './network/adam.js';
import { batchSizeFor } from './network/batch-size.js';
import { modelFor } from './network/model-registry.js';
import { emptyState, hasShapeOf, isFinite, type NetworkState } from './network/network-state.js';
import { Random } from './network/random.js';
import { exportNetwork, openSession, Trainer, type NetworkSpec } from './network/trainer.js';
import { assertTrainable } from './spec-check.js';
import { TrainingStopped, type EngineCapabilities, type Sample, type StepProgress, type TrainingEngine, type TrainingSpec } from './training-engine.js';

const EVALUATION_BATCH = 64;
const SHUFFLE_STREAM = 2;
const AUGMENT_STREAM = 3;

interface EpochTimes {
  readonly wallStart: number;
  readonly cpuStart: NodeJS.CpuUsage;
  trainSeconds: number;
}

/** Classification on onnxruntime's inference session, forward and backward as one graph. */
export class OnnxEngine implements TrainingEngine {
  private spec!: TrainingSpec;
  private settings!: CnnSmallHyperparameters;
  private network!: NetworkSpec;
  private openCache: SampleCacheReader | null = null;
  private augmenter!: Augmenter;
  private trainer: Trainer | null = null;
  private state: NetworkState = emptyState();
  private progress = { epoch: 0, bestEpoch: 1, bestValue: null as number | null, epochsWithoutGain: 0 };
  private lossOfEpoch = Number.NaN;
  private classWeights: readonly number[] = [];
  private times: EpochTimes = { wallStart: 0, cpuStart: process.cpuUsage(), trainSeconds: 0 };
  private learningRate = 0;

  capabilities(): EngineCapabilities {
    return { name: 'onnx', taskTypes: ['image_classification'] };
  }

  async prepare(spec: TrainingSpec): Promise<void> {
    const model = modelFor(spec.taskType, spec.model);
    assertTrainable(spec);
    this.spec = spec;
    this.settings = model.settingsFrom(spec.hyperparameters);
    this.network = {
      architecture: model.architecture(spec.imageSide, spec.classes.length),
      imageShape: [CHANNELS, spec.imageSide, spec.imageSide],
      classCount: spec.classes.length,
      multiLabel: spec.multiLabel,
      seed: this.settings.seed,
      threads: this.settings.threads,
    };
    this.classWeights = this.settings.class_weights === 'balanced' ? balancedWeights(spec) : spec.classes.map(() => 1);
    this.openCache = new SampleCacheReader(spec.cacheFile, spec.imageSide);
    this.augmenter = new Augmenter(spec.imageSide);
    this.trainer = await Trainer.open(this.network, this.state, batchSizeFor(this.settings.batch_size, spec.train.length));
  }

  async restore(checkpoint: Buffer): Promise<number> {
    const { state, progress } = decodeCheckpoint(checkpoint, this.configHash());
    if (!hasShapeOf(state, this.state)) throw new DomainError('validation-failed', 'The checkpoint cannot be used: its tensors are not those of the model.');
    const batchSize = this.opened().batchSize;
    await this.opened().close();
    this.state = state;
    this.progress = { ...progress };
    this.trainer = await Trainer.open(this.network, this.state, batchSize);
    return progress.epoch;
  }

  async trainEpoch(epoch: number, watch: { onStep: (progress: StepProgress) => void; shouldStop: () => boolean }): Promise<void> {
    this.times = { wallStart: performance.now(), cpuStart: process.cpuUsage(), trainSeconds: 0 };
    const trainer = this.opened();
    const order = new Random(this.settings.seed, SHUFFLE_STREAM, epoch).shuffled(this.spec.train);
    // The last, smaller batch of an epoch is left out; the next epoch has another order.
    const steps = Math.max(1, Math.floor(order.length / trainer.batchSize));
    const schedule = { peak: this.settings.learning_rate, totalSteps: steps * this.settings.epochs, warmupSteps: Math.max(1, Math.floor(steps * this.settings.epochs * this.settings.warmup_fraction)) };
    const batch = this.emptyBatch(trainer.batchSize);
    let sum = 0;
    for (let step = 0; step < steps; step += 1) {
      if (watch.shouldStop()) throw new TrainingStopped();
      this.fill(batch, order.slice(step * trainer.batchSize, (step + 1) * trainer.batchSize), epoch);
      this.learningRate = learningRateAt(this.state.step + 1, schedule);
      sum += await trainer.step(batch, { learningRate: this.learningRate, weightDecay: this.settings.weight_decay });
      const seconds = (performance.now() - this.times.wallStart) / 1000;
      watch.onStep({ step: step + 1, steps, loss: finiteOrNull(sum / (step + 1)), imagesPerSecond: ((step + 1) * trainer.batchSize) / seconds });
    }
    this.times.trainSeconds = (performance.now() - this.times.wallStart) / 1000;
    this.lossOfEpoch = sum / steps;
    this.progress.epoch = epoch;
    if (!isFinite(this.state)) throw new DomainError('validation-failed', `The training diverged in epoch ${epoch}: a weight is not finite any more. Try a smaller learning rate.`);
  }

  async evaluate(): Promise<EpochMetrics> {
    const metrics = new ClassificationMetrics(this.network.classCount, this.network.multiLabel);
    // What is measured is the very file that a user downloads.
    const session = await openSession(this.exportModel(), this.settings.threads);
    try {
      for (let at = 0; at < this.spec.val.length; at += EVALUATION_BATCH) {
        const samples = this.spec.val.slice(at, at + EVALUATION_BATCH);
        const results = await session.run({ images: new Tensor('float32', this.plainImages(samples), [samples.length, ...this.network.imageShape]) });
        const probabilities = results['probabilities']?.data as Float32Array;
        samples.forEach((sample, index) => metrics.add(probabilities.subarray(index * this.network.classCount, (index + 1) * this.network.classCount), sample.classIndices));
      }
    } finally {
      await session.release();
    }
    return this.epochMetrics(metrics.result());
  }

  saveCheckpoint(): Buffer {
    return encodeCheckpoint({ configHash: this.configHash(), state: this.state, progress: this.progress });
  }

  exportModel(): Uint8Array {
    return exportNetwork(this.network, this.state, {
      task_type: this.spec.taskType,
      multi_label: String(this.spec.multiLabel),
      class_names: JSON.stringify(this.spec.classes.map((one) => one.name)),
      class_ids: JSON.stringify(this.spec.classes.map((one) => one.id)),
      input_size: JSON.stringify([this.spec.imageSide, this.spec.imageSide]),
      preprocessing: JSON.stringify({ layout: 'NCHW', colour: 'RGB', fit: 'contain, black', scale: 1 / 255, mean: PIXEL_MEAN, deviation: PIXEL_DEVIATION }),
      snapshot_sha256: this.spec.snapshotSha256,
      model: this.spec.model,
      epoch: String(this.progress.epoch),
    });
  }

  isPatienceOver(): boolean {
    return this.settings.patience > 0 && this.progress.epochsWithoutGain >= this.settings.patience;
  }

  bestEpoch(): number {
    return this.progress.bestEpoch;
  }

  async dispose(): Promise<void> {
    await this.trainer?.close();
    this.trainer = null;
    this.openCache?.close();
    this.openCache = null;
  }

  private get cache(): SampleCacheReader {
    if (this.openCache === null) throw new Error('the engine is not prepared');
    return this.openCache;
  }

  private opened(): Trainer {
    if (this.trainer === null) throw new Error('the engine is not prepared');
    return this.trainer;
  }

  /** Everything that decides on the numbers, the number of epochs included: the learning rate follows it. */
  private configHash(): string {
    const { keep: _, keep_every: __, ...settings } = this.settings;
    const { model, multiLabel, imageSide, snapshotSha256, classes, train, val } = this.spec;
    const ids = (samples: readonly Sample[]): number[] => samples.map((sample) => sample.imageId);
    return createHash('sha256').update(JSON.stringify({ model, multiLabel, imageSide, snapshotSha256, classes, settings, train: ids(train), val: ids(val) })).digest('hex');
  }

  private emptyBatch(size: number): { images: Float32Array; classes: Float32Array; weights: Float32Array } {
    return { images: new Float32Array(size * this.cache.sampleBytes), classes: new Float32Array(size * this.network.classCount), weights: new Float32Array(size) };
  }

  private fill(batch: { images: Float32Array; classes: Float32Array; weights: Float32Array }, samples: readonly Sample[], epoch: number): void {
    const pixels = new Uint8Array(this.cache.sampleBytes);
    batch.classes.fill(0);
    samples.forEach((sample, index) => {
      this.cache.read(sample.cacheIndex, pixels);
      this.augmenter.write(
        pixels,
        { target: batch.images, offset: index * this.cache.sampleBytes },
        { level: this.settings.augment, stream: [this.settings.seed * 31 + AUGMENT_STREAM, epoch, sample.imageId] },
      );
      for (const classIndex of sample.classIndices) batch.classes[index * this.network.classCount + classIndex] = 1;
      batch.weights[index] = Math.max(...sample.classIndices.map((classIndex) => this.classWeights[classIndex] ?? 1), sample.classIndices.length === 0 ? 1 : 0);
    });
  }

  private plainImages(samples: readonly Sample[]): Float32Array {
    const target = new Float32Array(samples.length * this.cache.sampleBytes);
    const pixels = new Uint8Array(this.cache.sampleBytes);
    samples.forEach((sample, index) => {
      this.cache.read(sample.cacheIndex, pixels);
      writePlain(pixels, this.spec.imageSide, { target, offset: index * this.cache.sampleBytes });
    });
    return target;
  }

  private epochMetrics(result: ClassificationResult): EpochMetrics {
    const { epoch } = this.progress;
    const better = this.progress.bestValue === null || result.primaryValue > this.progress.bestValue;
    if (better) this.progress = { epoch, bestEpoch: epoch, bestValue: result.primaryValue, epochsWithoutGain: 0 };
    else this.progress.epochsWithoutGain += 1;
    const cpu = process.cpuUsage(this.times.cpuStart);
    const broken = [this.lossOfEpoch, result.loss].some((loss) => !Number.isFinite(loss));
    const images = Math.floor(this.spec.train.length / this.opened().batchSize) * this.opened().batchSize;
    return {
      epoch,
      train_loss: finiteOrNull(this.lossOfEpoch),
      val_loss: finiteOrNull(result.loss),
      primary_metric: result.primaryMetric,
      primary_value: finiteOrNull(result.primaryValue),
      scores: { ...result.scores },
      ...(result.confusionMatrix === null ? {} : { confusion_matrix: result.confusionMatrix.map((row) => [...row]) }),
      per_class: result.perClass.map((score, index) => ({ class_id: this.spec.classes[index]?.id ?? index, ...score })),
      learning_rate: this.learningRate,
      images_per_second: this.times.trainSeconds === 0 ? 0 : images / this.times.trainSeconds,
      cpu_seconds: (cpu.user + cpu.system) / 1e6,
      wall_seconds: (performance.now() - this.times.wallStart) / 1000,
      ...(broken ? { non_finite: true } : {}),
    };
  }
}

/** Rare classes count more, so that each class has the same weight in all; the mean weight of an image is 1. */
function balancedWeights(spec: TrainingSpec): number[] {
  const counts = spec.classes.map((_, index) => spec.train.filter((sample) => sample.classIndices.includes(index)).length);
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : spec.train.length / (present * count)));
}
