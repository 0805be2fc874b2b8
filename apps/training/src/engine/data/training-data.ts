import { assertSample, assertTrainable } from '../spec-check.js';
import { SampleFileReader, type SampleList } from '../samples/sample-file.js';
import type { Sample } from '../samples/sample.js';
import type { TrainableModel } from '../tasks/trainable-model.js';
import type { TaskFacts } from '../tasks/training-task.js';
import type { TrainingSpec } from '../training-engine.js';
import { LabelMapReader } from './label-maps.js';
import { pixelsOfClass } from './label-pixels.js';
import { SampleCacheReader } from './sample-cache.js';

/** What a training reads: its samples and their decoded images. */
export class TrainingData {
  private constructor(
    private readonly samples: SampleFileReader,
    readonly images: SampleCacheReader,
    private readonly labelMaps: LabelMapReader | null,
    private readonly imagesOfClass: readonly number[],
    private readonly spec: TrainingSpec,
  ) {}

  /** Throws `validation-failed` where a sample cannot be learned, or where there is nothing to learn. */
  static open(spec: TrainingSpec, model: Pick<TrainableModel, 'objection'>): TrainingData {
    const imagesOfClass = spec.classes.map(() => 0);
    const samples = new SampleFileReader(spec.samplesFile, (sample) => {
      assertSample(sample, spec, model);
      if (sample.side === 'train') for (const index of classesOf(sample)) imagesOfClass[index] = (imagesOfClass[index] ?? 0) + 1;
    });
    try {
      assertTrainable(spec, { train: samples.train.length, val: samples.val.length });
      const maps = spec.labelMapsFile === undefined || spec.labelMapsFile === null ? null : new LabelMapReader(spec.labelMapsFile, spec.imageSide);
      return new TrainingData(samples, new SampleCacheReader(spec.cacheFile, spec.imageSide), maps, imagesOfClass, spec);
    } catch (error) {
      samples.close();
      throw error;
    }
  }

  get train(): SampleList {
    return this.samples.train;
  }

  get val(): SampleList {
    return this.samples.val;
  }

  facts(): TaskFacts {
    const { taskType, multiLabel, classes, imageSide } = this.spec;
    return { taskType, multiLabel, classes, imageSide, trainImages: this.train.length, imagesOfClass: this.imagesOfClass, labelMaps: this.labelMaps, pixelsOfClass: pixelsOfClass(this.train, this.labelMaps, classes) };
  }

  close(): void {
    this.samples.close();
    this.images.close();
    this.labelMaps?.close();
  }
}

const classesOf = (sample: Sample): ReadonlySet<number> => new Set([...sample.classIndices, ...sample.objects.map((one) => one.classIndex)]);
