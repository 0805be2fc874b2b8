import { isDeepStrictEqual } from 'node:util';
import { imageAddedV1 } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { IntegrationEvents } from '../../../platform/messaging/integration-events.js';
import type { ImageSplit } from './image-facts.js';
import { ImageChanges, type ChangeTarget } from './image-changes.js';
import { fileFacts } from './image-intake.js';
import { DatasetChangeLog } from './ports/dataset-change-log.port.js';
import { ImageRows, type ImageRow } from './ports/image-rows.port.js';
import { SplitStore } from './ports/split-store.port.js';

/** What an image is to be again: its file and split. */
export interface ImagePlace {
  readonly number: number;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly split: ImageSplit | null;
  readonly file: Pick<ImageRow, 'objectKey' | 'sizeBytes' | 'crc32' | 'depth' | 'format' | 'orientation'>;
}

/** Puts images back to where they were, by changes like any other. Under the dataset's lock, in the caller's unit of work. */
@Injectable()
export class ImagePutBack {
  constructor(
    private readonly changes: ImageChanges,
    private readonly log: DatasetChangeLog,
    private readonly rows: ImageRows,
    private readonly splits: SplitStore,
    private readonly events: IntegrationEvents,
  ) {}

  async remove(target: ChangeTarget, numbers: readonly number[]): Promise<void> {
    const images = await this.rows.byNumber(target.datasetId, numbers);
    if (images.length > 0) await this.changes.apply(target, images, { kind: 'delete' });
  }

  /** Those that were removed come back. All that took their names must be removed before. */
  async restore(target: ChangeTarget, numbers: readonly number[]): Promise<void> {
    const images = await this.rows.byNumber(target.datasetId, numbers);
    if (images.length > 0) await this.changes.apply(target, images, { kind: 'restore' });
  }

  /** Of images that belong to the dataset. */
  async split(target: ChangeTarget, places: readonly ImagePlace[]): Promise<void> {
    for (const split of ['train', 'val', 'test', null] as const) {
      const wanted = places.filter((one) => one.split === split).map((one) => one.number);
      const images = (await this.rows.byNumber(target.datasetId, wanted)).filter((one) => one.split !== split);
      if (images.length > 0) await this.changes.apply(target, images, { kind: 'split', split });
    }
  }

  /** The rule by which new images get a side. */
  async splitRule({ datasetId, actor, why }: ChangeTarget, config: Readonly<Record<string, unknown>> | null): Promise<void> {
    const { splitConfig: before } = await this.log.lock(datasetId);
    if (isDeepStrictEqual(before, config)) return;
    await this.log.append(datasetId, actor, [{ kind: 'split', body: { before, after: config, ...why } }]);
    await this.splits.saveConfig(datasetId, config);
  }

  /** The earlier objects lie in the bucket still. */
  async replace({ datasetId, actor, why }: ChangeTarget, places: readonly ImagePlace[]): Promise<void> {
    const rows = new Map((await this.rows.byNumber(datasetId, places.map((one) => one.number))).map((row) => [row.number, row]));
    const pairs = places.flatMap((place) => pairOf(rows.get(place.number), place));
    if (pairs.length === 0) return;
    const first = await this.log.append(datasetId, actor, pairs.map(({ row, after }) => ({ kind: 'image-replaced', number: row.number, body: { before: fileFacts(row), after: fileFacts(after), ...why } })));
    await this.rows.replace(datasetId, pairs.map(({ after }) => ({ ...after, channels: after.depth, originalName: null })));
    await this.log.count(datasetId, { imageBytes: pairs.reduce((sum, { row, after }) => sum + after.sizeBytes - row.sizeBytes, 0) });
    await this.events.publishAll(
      pairs.map(({ row: { number, fileName }, after: { sha256, width, height } }, index) => {
        const data = { dataset_id: datasetId, image_id: number, file_name: fileName, sha256, width, height, replaced: true, added_by: actor, seq: first + index };
        return { definition: imageAddedV1, subject: datasetId, aggregateVersion: first + index, data };
      }),
    );
  }
}

type Replaced = Omit<ImagePlace, 'file' | 'split'> & ImagePlace['file'] & { readonly fileName: string };

function pairOf(row: ImageRow | undefined, { number, sha256, width, height, file }: ImagePlace): { readonly row: ImageRow; readonly after: Replaced }[] {
  return row === undefined ? [] : [{ row, after: { ...file, number, fileName: row.fileName, sha256, width, height } }];
}
