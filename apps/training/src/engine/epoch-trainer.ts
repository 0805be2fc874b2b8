import { finiteOrNull } from './metrics/classification-metrics.js';
import type { BatchFiller } from './data/batch-filler.js';
import type { TrainingData } from './data/training-data.js';
import { learningRateAt } from './network/adam.js';
import type { NetworkState } from './network/network-state.js';
import { Random } from './network/random.js';
import type { StepLoss, Trainer } from './network/trainer.js';
import type { OpenedModel } from './tasks/trainable-model.js';
import { TrainingStopped, type EpochWatch } from './training-engine.js';

const SHUFFLE_STREAM = 2;

/** What came of a pass over the training images. */
export interface TrainedEpoch {
  /** Means over the steps. */
  readonly loss: number;
  readonly lossParts: Readonly<Record<string, number>>;
  /** Of the last step. */
  readonly learningRate: number;
  readonly images: number;
  readonly seconds: number;
}

export interface EpochParts {
  readonly trainer: Trainer;
  readonly filler: BatchFiller;
  readonly data: TrainingData;
  readonly state: NetworkState;
  readonly settings: OpenedModel['settings'];
}

/** One pass over the training images, in the epoch's own order. */
export async function trainOnce(epoch: number, parts: EpochParts, watch: EpochWatch): Promise<TrainedEpoch> {
  const { trainer, filler, data, state, settings } = parts;
  const start = performance.now();
  const order = new Random(settings.seed, SHUFFLE_STREAM, epoch).shuffled(Array.from({ length: data.train.length }, (_, index) => index));
  // The last, smaller batch of an epoch is left out; the next epoch has another order.
  const steps = Math.max(1, Math.floor(order.length / trainer.batchSize));
  const schedule = scheduleOf(settings, steps);
  const placesOf = (step: number): number[] => order.slice(step * trainer.batchSize, (step + 1) * trainer.batchSize);
  // Two batches: the next one is filled while the threads compute this one.
  let [batch, next] = [filler.emptyBatch(trainer.batchSize), filler.emptyBatch(trainer.batchSize)];
  filler.fill(batch, data.train, placesOf(0), epoch);
  const sums = new LossSums();
  let learningRate = 0;
  for (let step = 0; step < steps; step += 1) {
    if (watch.shouldStop()) throw new TrainingStopped();
    learningRate = learningRateAt(state.step + 1, schedule);
    const computing = trainer.step(batch, { learningRate, weightDecay: settings.weight_decay });
    if (step + 1 < steps) filler.fill(next, data.train, placesOf(step + 1), epoch);
    sums.add(await computing);
    [batch, next] = [next, batch];
    const seconds = (performance.now() - start) / 1000;
    watch.onStep({ step: step + 1, steps, loss: finiteOrNull(sums.mean().loss), imagesPerSecond: ((step + 1) * trainer.batchSize) / seconds });
  }
  return { ...sums.mean(), learningRate, images: steps * trainer.batchSize, seconds: (performance.now() - start) / 1000 };
}

function scheduleOf(settings: OpenedModel['settings'], steps: number): { readonly peak: number; readonly totalSteps: number; readonly warmupSteps: number } {
  const totalSteps = steps * settings.epochs;
  return { peak: settings.learning_rate, totalSteps, warmupSteps: Math.max(1, Math.floor(totalSteps * settings.warmup_fraction)) };
}

class LossSums {
  private steps = 0;
  private total = 0;
  private readonly parts = new Map<string, number>();

  add(loss: StepLoss): void {
    this.steps += 1;
    this.total += loss.total;
    for (const [name, value] of Object.entries(loss.parts)) this.parts.set(name, (this.parts.get(name) ?? 0) + value);
  }

  mean(): { readonly loss: number; readonly lossParts: Readonly<Record<string, number>> } {
    return { loss: this.total / this.steps, lossParts: Object.fromEntries([...this.parts].map(([name, sum]) => [name, sum / this.steps])) };
  }
}
