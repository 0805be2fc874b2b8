import { labelsDigest, type DiceClass, type TaskType } from '@app/dice-format';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../../platform/database/transaction-context.js';
import { CLASS_TABLE, DATASET_TABLE } from '../../../dataset/index.js';
import { DatasetPositions, type DatasetPosition, type PositionedFile, type PositionedImage } from '../../application/ports/dataset-positions.port.js';
import { changedNumbers, imagesAtPosition } from './images-at-position.js';
import type { ImageRowJson } from './row-at-position.js';

interface PositionRow {
  readonly position: number;
  readonly name: string;
  readonly task_type: TaskType;
  readonly multi_label: boolean;
  readonly split_config: Readonly<Record<string, unknown>> | null;
  readonly created_at: Date;
  readonly modified_at: Date;
  readonly classes: readonly DiceClass[];
  readonly labels_loaded: boolean;
  readonly num_images: number;
  readonly num_labeled: number;
  readonly content_hash: string | null;
}

/** $1 dataset. */
const NOW = `
  select d.change_seq::float8 as position, d.name, d.task_type, d.multi_label, d.split_config, d.created_at, coalesce(d.changed_at, d.created_at) as modified_at, d.labels_loaded, d.num_images, d.num_labeled,
    case when d.content_hash_seq = d.change_seq then d.content_hash end as content_hash,
    coalesce((select jsonb_agg(jsonb_build_object('id', class_id, 'name', name, 'color', color, 'details', details) order by position, class_id) from ${CLASS_TABLE} where dataset_id = d.id), '[]') as classes
  from ${DATASET_TABLE} d where d.id = $1 and d.deleted_at is null`;
const NO_LABELS = labelsDigest([]);

@Injectable()
export class SqlDatasetPositions extends DatasetPositions {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async now(datasetId: string): Promise<DatasetPosition | null> {
    const [row] = await this.query<PositionRow>(NOW, [datasetId]);
    if (row === undefined) return null;
    const { labels_loaded: labelsLoaded, num_images: numImages, num_labeled: numLabeled, content_hash: contentHash, ...head } = row;
    return { head: { ...head, created_at: head.created_at.toISOString(), modified_at: head.modified_at.toISOString() }, labelsLoaded, numImages, numLabeled, contentHash };
  }

  async changed(datasetId: string, range: { after: number; upTo: number }, page: { afterNumber: number; limit: number }): Promise<readonly number[]> {
    return changedNumbers(this.query, { datasetId, ...range }, page);
  }

  async imagesAt(datasetId: string, position: number, numbers: readonly number[]): Promise<readonly PositionedImage[]> {
    return (await imagesAtPosition(this.query, { datasetId, position }, numbers)).map(positioned);
  }

  private readonly query = async <T>(sql: string, parameters: unknown[]): Promise<T[]> => this.transaction.manager().query(sql, parameters) as Promise<T[]>;
}

function fileOf(row: ImageRowJson): PositionedFile {
  const { object_key: objectKey, size_bytes: sizeBytes, crc32, depth, format, orientation } = row;
  return { objectKey, sizeBytes, crc32, depth, format, orientation };
}

function positioned(row: ImageRowJson): PositionedImage {
  const { number, width, height, split, status, objects } = row;
  return {
    ...{ number, width, height, split, status, objects, noObject: row.no_object, fileName: row.file_name },
    ...{ revision: row.revision, nextNumber: row.next_object_number, removed: row.removed_seq !== null, file: fileOf(row) },
    ...{ present: row.removed_seq === null && row['state'] === 'ready', sha256: row.sha256.replace('\\x', ''), labelsDigest: row.labels_digest?.replace('\\x', '') ?? NO_LABELS },
  };
}
