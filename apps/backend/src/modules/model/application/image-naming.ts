import type { InferenceImage } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { DatasetPositions, type PositionedImage } from '../../annotation/index.js';
import { CompleteSnapshots } from '../../snapshot/index.js';
import type { ModelObject } from '../domain/model.js';
import { ModelNotFound } from '../domain/model.errors.js';
import type { ModelRun } from '../domain/model-run.js';
import { ModelFiles } from './ports/model-files.port.js';
import { ModelStore } from './ports/model-store.port.js';
import { RunStore } from './ports/run-store.port.js';
import { RUN_LEASE_SECONDS } from './run-lease.js';
import { SideQuestion } from './side-question.js';

const PAGE = 500;

/** Writes the list of images that a worker looks at, page by page: memory for one page, whatever the dataset's size. */
@Injectable()
export class ImageNaming {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: RunStore,
    private readonly files: ModelFiles,
    private readonly models: ModelStore,
    private readonly positions: DatasetPositions,
    private readonly snapshots: CompleteSnapshots,
  ) {}

  /** Null: there is no image. */
  async name(run: ModelRun, signal: AbortSignal): Promise<(ModelObject & { readonly count: number }) | null> {
    const counted = { count: 0 };
    const lines = run.kind === 'evaluation' ? this.ofVersion(run, signal) : this.ofFilter(run, signal);
    const object = await this.files.writeLines(this.files.imagesKey(run.id), this.counting(run, lines, counted), signal);
    return counted.count === 0 ? null : { ...object, count: counted.count };
  }

  private async *counting(run: ModelRun, lines: AsyncIterable<InferenceImage>, counted: { count: number }): AsyncGenerator<InferenceImage> {
    for await (const line of lines) {
      yield line;
      counted.count += 1;
      if (counted.count % PAGE === 0) await this.runs.beat(run.id, RUN_LEASE_SECONDS, counted.count);
    }
  }

  private async *ofFilter(run: ModelRun, signal: AbortSignal): AsyncGenerator<InferenceImage> {
    const filter = { ...run.filter, modelId: run.modelId };
    for (let after = 0; ; ) {
      signal.throwIfAborted();
      const images = await this.runs.images(run.datasetId, filter, { after, limit: PAGE });
      for (const { number, key, sizeBytes, sha256 } of images) yield { image_id: number, key, size_bytes: sizeBytes, sha256 };
      after = images.at(-1)?.number ?? after;
      if (images.length < PAGE) return;
    }
  }

  private async *ofVersion(run: ModelRun, signal: AbortSignal): AsyncGenerator<InferenceImage> {
    const version = await this.snapshots.identity(run.datasetId, run.snapshotVersion ?? undefined);
    if (version === null) throw new ModelNotFound();
    const side = await this.sideOf(run, version, signal);
    for await (const image of this.labeled(run.datasetId, version.position, signal)) {
      const { objectKey: key, sizeBytes } = image.file;
      if (key === null || !side(image.number)) continue;
      yield { image_id: image.number, key, size_bytes: sizeBytes, sha256: image.sha256, truth: image.objects.filter(isMeant).map(truthOf) };
    }
  }

  /** Sides are dealt over all labeled images of the version, as a training would: first they are all looked at, then those of the side are named. */
  private async sideOf(run: ModelRun, version: { readonly position: number; readonly head: Readonly<Record<string, unknown>> | null }, signal: AbortSignal): Promise<(number: number) => boolean> {
    if (run.side === null || run.side === 'all') return () => true;
    const model = await this.models.find(run.modelId);
    const question = new SideQuestion(version.head, model?.origin?.hyperparameters ?? {});
    for await (const image of this.labeled(run.datasetId, version.position, signal)) question.add(image);
    return question.answer(run.side);
  }

  private async *labeled(datasetId: string, position: number, signal: AbortSignal): AsyncGenerator<PositionedImage> {
    const last = await this.runs.lastNumber(datasetId);
    for (let from = 1; from <= last; from += PAGE) {
      signal.throwIfAborted();
      const numbers = Array.from({ length: Math.min(PAGE, last - from + 1) }, (_, index) => from + index);
      for (const image of await this.unitOfWork.run(() => this.positions.imagesAt(datasetId, position, numbers))) {
        if (image.present && image.status !== 'unlabeled') yield image;
      }
    }
  }
}

/** What is to be ignored is told of pixels alone. */
const isMeant = ({ class_id, counts }: PositionedImage['objects'][number]): boolean => class_id >= 0 || typeof counts === 'string';

type Truth = NonNullable<InferenceImage['truth']>[number];

/** The fields that predictions have, too; a shape in run lengths of its own box stays out. */
function truthOf({ class_id, bbox, segmentation, keypoints, counts, iscrowd }: PositionedImage['objects'][number]): Truth {
  return {
    class_id,
    ...(isNumbers(bbox) ? { bbox: [...bbox] } : {}),
    ...(Array.isArray(segmentation) && segmentation.every(isNumbers) ? { segmentation: segmentation.map((ring) => [...ring]) } : {}),
    ...(isNumbers(keypoints) ? { keypoints: [...keypoints] } : {}),
    ...(typeof counts === 'string' ? { counts } : {}),
    ...(iscrowd === 1 ? { iscrowd } : {}),
  };
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}
