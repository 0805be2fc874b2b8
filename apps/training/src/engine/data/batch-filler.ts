import { Random } from '../network/random.js';
import type { Batch } from '../network/trainer.js';
import type { SampleList } from '../samples/sample-file.js';
import type { TrainingTask } from '../tasks/training-task.js';
import { Augmenter } from './augmentation.js';
import { fitGeometry } from './fit.js';
import { Placement } from './placement.js';
import type { SampleCacheReader } from './sample-cache.js';
import { drawWarp } from './warp.js';

const AUGMENT_STREAM = 3;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, one) => product * one, 1);

/** Fills batches: pixels and targets of each sample through the same random warp, which seed, epoch and image alone decide on. */
export class BatchFiller {
  private readonly augmenter: Augmenter;
  private readonly pixels: Uint8Array;

  constructor(
    private readonly task: TrainingTask,
    private readonly cache: SampleCacheReader,
    private readonly seed: number,
  ) {
    this.augmenter = new Augmenter(cache.side);
    this.pixels = new Uint8Array(cache.sampleBytes);
  }

  emptyBatch(size: number): Batch {
    const targets = Object.fromEntries(Object.entries(this.task.targetShapes).map(([name, shape]) => [name, new Float32Array(size * sizeOf(shape))]));
    return { images: new Float32Array(size * this.cache.sampleBytes), targets };
  }

  fill(batch: Batch, samples: SampleList, places: readonly number[], epoch: number): void {
    for (const target of Object.values(batch.targets)) target.fill(0);
    places.forEach((place, index) => {
      const sample = samples.at(place);
      const { augmentation } = this.task;
      const warp = augmentation === null ? null : drawWarp(new Random(this.seed * 31 + AUGMENT_STREAM, epoch, sample.imageId), augmentation, this.cache.side);
      this.cache.read(sample.cacheIndex, this.pixels);
      this.augmenter.write(this.pixels, { target: batch.images, offset: index * this.cache.sampleBytes }, warp);
      const into = Object.fromEntries(Object.entries(this.task.targetShapes).map(([name, shape]) => [name, part(batch.targets[name], index, sizeOf(shape))]));
      this.task.fillTargets(sample, new Placement(fitGeometry(sample.width, sample.height, this.cache.side), warp), into);
    });
  }
}

const part = (whole: Float32Array | undefined, index: number, size: number): Float32Array => (whole ?? new Float32Array()).subarray(index * size, (index + 1) * size);
