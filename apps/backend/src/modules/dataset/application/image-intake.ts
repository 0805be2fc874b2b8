import { imageAddedV1, type ImageAddedV1 } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { IntegrationEvents } from '../../../platform/messaging/integration-events.js';
import { ImageIntakePlan, type PlannedImage } from './image-intake-plan.js';
import type { FileResult, VerifiedImage } from './image-facts.js';
import { DatasetChangeLog, type CounterChange, type DatasetChange } from './ports/dataset-change-log.port.js';
import { ImageRows, type ImageRow } from './ports/image-rows.port.js';
import { SplitOfNewImages } from './split-of-new-images.js';

export interface IntakeRequest {
  readonly datasetId: string;
  readonly actor: string;
  readonly images: readonly VerifiedImage[];
}

type Numbered = PlannedImage & { readonly number: number; readonly splitGroup: string | null };

/**
 * Takes images whose bytes lie in the bucket into a dataset: duplicates and taken names are settled, rows, changes, counters, events and the work for the
 * image worker are written, all in one unit of work (the caller's, if there is one). The bytes of those that were not taken are the caller's to remove.
 */
@Injectable()
export class ImageIntake {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly changes: DatasetChangeLog,
    private readonly rows: ImageRows,
    private readonly splits: SplitOfNewImages,
    private readonly events: IntegrationEvents,
  ) {}

  /** Numbers for images on their way, from which their keys are made; never given again, used or not. Throws `not-found`. */
  async reserveNumbers(datasetId: string, count: number): Promise<number> {
    return this.unitOfWork.run(async () => {
      await this.changes.lock(datasetId);
      return this.changes.takeImageNumbers(datasetId, count);
    });
  }

  /** One result an image, in their order. Throws `not-found` when the dataset is gone. */
  async take(request: IntakeRequest): Promise<readonly FileResult[]> {
    return this.unitOfWork.run(async () => {
      const { splitConfig } = await this.changes.lock(request.datasetId);
      const plan = await ImageIntakePlan.make(this.rows, request.datasetId, request.images);
      const results = await this.write(request, plan.planned, splitConfig);
      return plan.results(results);
    });
  }

  private async write(request: IntakeRequest, planned: readonly PlannedImage[], splitConfig: unknown): Promise<readonly FileResult[]> {
    if (planned.length === 0) return [];
    const { datasetId, actor } = request;
    const numbered = await this.number(datasetId, planned, splitConfig);
    const first = await this.changes.append(datasetId, actor, numbered.map(changeOf));
    const added = numbered.flatMap((one, index) => (one.replaces === null ? [{ ...one.image, fileName: one.fileName, number: one.number, addedSeq: first + index, splitGroup: one.splitGroup }] : []));
    await this.rows.insert(datasetId, actor, added);
    await this.rows.replace(datasetId, numbered.flatMap(({ image, number, replaces }) => (replaces === null ? [] : [{ ...image, number }])));
    await this.changes.count(datasetId, countersOf(numbered));
    await this.events.publishAll(numbered.map((one, index) => ({ definition: imageAddedV1, subject: datasetId, aggregateVersion: first + index, data: eventOf(one, { datasetId, actor, seq: first + index }) })));
    return numbered.map((one) => ({ status: one.replaces === null ? 'stored' : 'replaced', originalName: one.image.originalName, imageId: one.number, fileName: one.fileName }));
  }

  /** With their sides; a replacement stays where it is. */
  private async number(datasetId: string, planned: readonly PlannedImage[], splitConfig: unknown): Promise<readonly Numbered[]> {
    const sides = await this.splits.of(datasetId, splitConfig, planned);
    const without = planned.filter((one) => one.replaces === null && one.image.number === undefined).length;
    let next = without === 0 ? 0 : await this.changes.takeImageNumbers(datasetId, without);
    return planned.map((one, index) => {
      const side = sides[index] ?? { split: one.image.split, group: null };
      return { ...one, image: { ...one.image, split: side.split }, splitGroup: side.group, number: one.replaces?.number ?? one.image.number ?? next++ };
    });
  }
}

function changeOf({ image, fileName, number, replaces }: Numbered): DatasetChange {
  const after = fileFacts({ ...image, fileName, depth: image.channels });
  if (replaces === null) return { kind: 'image-added', number, body: { ...after, split: image.split } };
  return { kind: 'image-replaced', number, body: { before: fileFacts(replaces), after } };
}

export type FileFacts = Pick<ImageRow, 'fileName' | 'sha256' | 'width' | 'height' | 'sizeBytes' | 'objectKey' | 'crc32' | 'depth' | 'format' | 'orientation'>;

/** All that a version must know of the file, for versions from before a replacement. */
export function fileFacts({ fileName, sha256, width, height, sizeBytes, objectKey, crc32, depth, format, orientation }: FileFacts): Record<string, unknown> {
  return { file_name: fileName, sha256, width, height, size_bytes: sizeBytes, key: objectKey, crc32, depth, format, orientation };
}

function countersOf(numbered: readonly Numbered[]): CounterChange {
  const splits = { train: 0, val: 0, test: 0, unassigned: 0 };
  let images = 0;
  let imageBytes = 0;
  for (const { image, replaces } of numbered) {
    imageBytes += image.sizeBytes - (replaces?.sizeBytes ?? 0);
    if (replaces !== null) continue;
    images += 1;
    splits[image.split ?? 'unassigned'] += 1;
  }
  return { images, imageBytes, splits };
}

function eventOf({ image, fileName, number, replaces }: Numbered, of: { datasetId: string; actor: string; seq: number }): ImageAddedV1 {
  const { sha256, width, height } = image;
  return { dataset_id: of.datasetId, image_id: number, file_name: fileName, sha256, width, height, replaced: replaces !== null, added_by: of.actor, seq: of.seq };
}
