import { imageAddedV1, imageRemovedV1 } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { IntegrationEvents } from '../../../platform/messaging/integration-events.js';
import type { ImageAction } from './commands/change-images/change-images.command.js';
import type { ImageSplit } from './image-facts.js';
import { DatasetChangeLog, type CounterChange, type DatasetChange } from './ports/dataset-change-log.port.js';
import { ImageRows, type ImageRow } from './ports/image-rows.port.js';

export interface ChangeTarget {
  readonly datasetId: string;
  readonly actor: string;
  /** Said in the changes, where a person did not ask for each: the version that was restored. */
  readonly why?: Readonly<Record<string, unknown>>;
}

/** Changes of images that are there, with their positions, counters and events. Under the dataset's lock, in the caller's unit of work. */
@Injectable()
export class ImageChanges {
  constructor(
    private readonly changeLog: DatasetChangeLog,
    private readonly rows: ImageRows,
    private readonly events: IntegrationEvents,
  ) {}

  async apply(target: ChangeTarget, images: readonly ImageRow[], action: ImageAction): Promise<void> {
    switch (action.kind) {
      case 'delete':
        return this.remove(target, images);
      case 'restore':
        return this.restore(target, images);
      case 'split':
        return this.split(target, images, action.split);
      case 'assign':
        // Who is to label an image is no part of the dataset's content: no position.
        return this.rows.setAssignee(target.datasetId, images.map((one) => one.number), action.assignee);
    }
  }

  /** A class can be merged or deleted while no image shows it but removed ones: these do not come back as they are. */
  async assertClasses(datasetId: string, images: readonly ImageRow[]): Promise<void> {
    const gone = await this.rows.goneClasses(datasetId, [...new Set(images.flatMap((image) => image.classIds))]);
    if (gone.length === 0) return;
    const ids = images.filter((image) => image.classIds.some((id) => gone.includes(id))).map((image) => image.number);
    throw new DomainError('state-conflict', `Some of these images have labels of classes that are gone (${gone.join(', ')}). Restore a version that has them, or add the images anew.`, { extensions: { image_ids: ids, class_ids: gone } });
  }

  private async remove({ datasetId, actor, why }: ChangeTarget, images: readonly ImageRow[]): Promise<void> {
    const first = await this.changeLog.append(datasetId, actor, images.map((image) => factsOf(image, 'image-removed', why)));
    await this.rows.remove(datasetId, images.map((image, index) => ({ number: image.number, seq: first + index })));
    await this.changeLog.count(datasetId, countersOf(images, -1));
    await this.events.publishAll(
      images.map((image, index) => ({ definition: imageRemovedV1, subject: datasetId, aggregateVersion: first + index, data: { dataset_id: datasetId, image_id: image.number, removed_by: actor, seq: first + index } })),
    );
  }

  private async restore({ datasetId, actor, why }: ChangeTarget, images: readonly ImageRow[]): Promise<void> {
    const [holder] = await this.rows.byName(datasetId, images.map((image) => image.fileName));
    if (holder !== undefined) {
      throw new DomainError('already-exists', `${holder.fileName} is the name of another image now. Remove that one first.`, { extensions: { image_id: holder.number } });
    }
    assertDifferentNames(images);
    const first = await this.changeLog.append(datasetId, actor, images.map((image) => factsOf(image, 'image-restored', why)));
    await this.rows.restore(datasetId, images.map((image) => image.number));
    await this.changeLog.count(datasetId, countersOf(images, 1));
    await this.events.publishAll(
      images.map((image, index) => {
        const { number, fileName, sha256, width, height } = image;
        const data = { dataset_id: datasetId, image_id: number, file_name: fileName, sha256, width, height, replaced: false, added_by: actor, seq: first + index };
        return { definition: imageAddedV1, subject: datasetId, aggregateVersion: first + index, data };
      }),
    );
  }

  private async split({ datasetId, actor, why }: ChangeTarget, images: readonly ImageRow[], split: ImageSplit | null): Promise<void> {
    await this.changeLog.append(datasetId, actor, images.map((image) => ({ kind: 'split', number: image.number, body: { before: image.split, after: split, ...why } })));
    await this.rows.setSplit(datasetId, images.map((image) => image.number), split);
    const splits = { train: 0, val: 0, test: 0, unassigned: 0 };
    for (const image of images) splits[image.split ?? 'unassigned'] -= 1;
    splits[split ?? 'unassigned'] += images.length;
    await this.changeLog.count(datasetId, { splits });
  }
}

function factsOf(image: ImageRow, kind: 'image-removed' | 'image-restored', why: ChangeTarget['why']): DatasetChange {
  const { fileName, sha256, width, height, sizeBytes, split, status, objectKey } = image;
  return { kind, number: image.number, body: { file_name: fileName, sha256, width, height, size_bytes: sizeBytes, split, status, key: objectKey, ...why } };
}

function countersOf(images: readonly ImageRow[], sign: 1 | -1): CounterChange {
  const splits = { train: 0, val: 0, test: 0, unassigned: 0 };
  for (const image of images) splits[image.split ?? 'unassigned'] += sign;
  const labeled = images.filter((image) => image.status !== 'unlabeled').length;
  const imageBytes = images.reduce((sum, image) => sum + image.sizeBytes, 0);
  return { images: sign * images.length, labeled: sign * labeled, imageBytes: sign * imageBytes, splits };
}

/** Two removed images may have had one name, one after the other. */
function assertDifferentNames(images: readonly ImageRow[]): void {
  const names = new Set(images.map((image) => image.fileName.toLowerCase()));
  if (names.size !== images.length) throw new DomainError('already-exists', 'Two of these images have the same name. Take one of them back.');
}
