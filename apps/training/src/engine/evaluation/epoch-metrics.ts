import type { EpochMetrics } from '@app/contracts';
import type { TrainedEpoch } from '../epoch-trainer.js';
import { finiteOrNull } from '../metrics/classification-metrics.js';
import type { TaskResult } from '../tasks/training-task.js';

/** Time since the epoch began. */
export interface EpochClock {
  readonly wallStart: number;
  readonly cpuStart: NodeJS.CpuUsage;
}

export const startClock = (): EpochClock => ({ wallStart: performance.now(), cpuStart: process.cpuUsage() });

const UNTRAINED: TrainedEpoch = { loss: Number.NaN, lossParts: {}, learningRate: 0, images: 0, seconds: 0 };

/** What an epoch is reported as. `trained` is null for a model that is measured before it has learned anything. */
export function epochMetrics(epoch: number, of: { readonly trained: TrainedEpoch | null; readonly result: TaskResult; readonly clock: EpochClock }): EpochMetrics {
  const { result, clock } = of;
  const trained = of.trained ?? UNTRAINED;
  const { primaryValue, loss, ...figures } = result;
  const cpu = process.cpuUsage(clock.cpuStart);
  const isBroken = [trained.loss, loss ?? 0].some((value) => !Number.isFinite(value));
  const parts = Object.entries(trained.lossParts);
  return {
    epoch,
    train_loss: finiteOrNull(trained.loss),
    val_loss: loss === null ? null : finiteOrNull(loss),
    primary_value: finiteOrNull(primaryValue),
    ...figures,
    ...(parts.length === 0 ? {} : { loss_parts: Object.fromEntries(parts.map(([name, value]) => [name, finiteOrNull(value)])) }),
    learning_rate: trained.learningRate,
    images_per_second: trained.seconds === 0 ? 0 : trained.images / trained.seconds,
    cpu_seconds: (cpu.user + cpu.system) / 1e6,
    wall_seconds: (performance.now() - clock.wallStart) / 1000,
    ...(isBroken ? { non_finite: true } : {}),
  };
}
