import { currentTraceparent, tellSpan } from '@app/observability';
import type { FromChild } from '../engine/child/child-messages.js';
import type { WorkerMetrics } from './worker-metrics.js';

/** Counts images and epochs from what an engine tells, and tells a span an epoch. An image counts once in each epoch. */
export class EnginePace {
  private epoch = 0;
  private counted = 0;
  private epochBegunAt = new Date();
  /** What the engine says comes through a channel that knows of no span. */
  private readonly parent = currentTraceparent();

  constructor(
    private readonly metrics: WorkerMetrics | undefined,
    private readonly trainImages: number,
  ) {}

  hear(message: FromChild): void {
    if (message.kind === 'step') {
      this.metrics?.set('vision_training_images_per_second', {}, message.imagesPerSecond);
      this.seen(message.epoch, message.step / Math.max(1, message.steps));
    } else if (message.kind === 'epoch') {
      this.seen(message.metrics.epoch, 1);
      this.metrics?.count('vision_training_epochs_total', {});
      this.tellEpoch(message.metrics.epoch);
    } else if (message.kind === 'started') {
      this.epochBegunAt = new Date();
    }
  }

  end(): void {
    this.metrics?.set('vision_training_images_per_second', {}, 0);
  }

  private tellEpoch(epoch: number): void {
    tellSpan('epoch', { ...(this.parent === undefined ? {} : { parent: this.parent }), begunAt: this.epochBegunAt, attributes: { 'vision.epoch': epoch } });
    this.epochBegunAt = new Date();
  }

  private seen(epoch: number, fraction: number): void {
    if (epoch !== this.epoch) [this.epoch, this.counted] = [epoch, 0];
    const images = Math.min(this.trainImages, Math.round(this.trainImages * fraction));
    if (images <= this.counted) return;
    this.metrics?.count('vision_training_images_total', {}, images - this.counted);
    this.counted = images;
  }
}
