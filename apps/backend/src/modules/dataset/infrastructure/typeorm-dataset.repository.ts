import { datasetCreatedV1, datasetDeletedV1, datasetRestoredV1, datasetUploadedV1, taskTypeSchema } from '@app/contracts';
import { DomainError, newId, type Finding } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { TableStatistics } from '../../../platform/database/table-statistics.js';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { IntegrationEvents } from '../../../platform/messaging/integration-events.js';
import { Dataset, type DatasetState } from '../domain/dataset.aggregate.js';
import type { DatasetEvent } from '../domain/dataset.events.js';
import { DatasetRepository, type DatasetContent, type NewClass, type NewImage } from '../domain/dataset.repository.port.js';
import { MEMBERSHIP_TABLE } from '../../identity/index.js';
import { splitGroups } from '../application/split-groups.js';
import { stateOfRow, type DatasetRow } from './dataset.row.js';

/** Rows in one insert: a few hundred kilobytes of parameters. */
const IMAGE_BATCH = 5_000;

@Injectable()
export class TypeormDatasetRepository extends DatasetRepository {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly events: IntegrationEvents,
    private readonly statistics: TableStatistics,
  ) {
    super();
  }

  async insert(dataset: Dataset, content: DatasetContent): Promise<void> {
    const { state } = dataset;
    await this.insertRow(state);
    await this.insertContent(state, content);
    for (const event of dataset.pullEvents()) await this.announce(state, event);
  }

  async insertReceived(dataset: Dataset): Promise<void> {
    await this.insertRow(dataset.state);
  }

  async fill(dataset: Dataset, content: DatasetContent): Promise<void> {
    const { state } = dataset;
    const filled = await this.query(
      `with filled as (update datasets set status = 'ready', upload = $2, num_images = $3, num_classes = $4, num_labeled = $5, splits = $6, split_config = $7, content_hash = $8, updated_at = $9, revision = revision + 1
       where id = $1 and status = 'validating' returning 1) select * from filled`,
      [state.id, JSON.stringify(state.upload), state.numImages, state.numClasses, state.numLabeled, JSON.stringify(state.splits), state.splitConfig == null ? null : JSON.stringify(state.splitConfig), state.contentHash, state.updatedAt],
    );
    if (filled.length !== 1) throw new DomainError('version-conflict', 'The dataset was validated by another process.');
    await this.insertContent(state, content);
    for (const event of dataset.pullEvents()) await this.announce(state, event);
  }

  async discardReceived(id: string): Promise<void> {
    await this.query(`delete from ${MEMBERSHIP_TABLE} m using datasets d where m.dataset_id = $1 and d.id = $1 and d.status = 'validating'`, [id]);
    await this.query(`delete from datasets where id = $1 and status = 'validating'`, [id]);
  }

  private async insertRow(state: Readonly<DatasetState>): Promise<void> {
    await this.query(
      `insert into datasets (id, name, task_type, multi_label, visibility, status, upload, num_images, num_classes, num_labeled, splits, split_config, content_hash, created_by, created_at, updated_at, revision, labels_loaded)
       values ($1, $2, $3, $4, $5, $15, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, 1, $6::jsonb is null)`,
      [
        ...[state.id, state.name, state.taskType, state.multiLabel, state.visibility, state.upload === null ? null : JSON.stringify(state.upload), state.numImages, state.numClasses],
        ...[state.numLabeled, JSON.stringify(state.splits), state.splitConfig == null ? null : JSON.stringify(state.splitConfig), state.contentHash, state.createdBy, state.createdAt, state.status],
      ],
    );
  }

  private async insertContent(state: Readonly<DatasetState>, content: DatasetContent): Promise<void> {
    await this.insertClasses(state.id, content.classes);
    const groupOf = splitGroups(state.splitConfig);
    for (const batch of batchesOf(content.images, IMAGE_BATCH)) await this.insertImages(state.id, batch, groupOf);
    await this.insertFindings(state.id, content.warnings);
    await this.countContent(state.id);
    if (state.upload !== null) await this.planUnpacking(state);
    this.statistics.afterBulk(state.numImages, ['dataset_images', 'dataset_image_classes']);
  }

  /** The counters that follow from the content, and the index of classes. */
  private async countContent(id: string): Promise<void> {
    await this.query(`insert into dataset_image_classes (dataset_id, class_id, number) select dataset_id, unnest(class_ids), number from dataset_images where dataset_id = $1`, [id]);
    await this.query(
      `update datasets set
         next_image_number = 1 + coalesce((select max(number) from dataset_images where dataset_id = $1), 0),
         next_class_id = 1 + coalesce((select max(class_id) from dataset_classes where dataset_id = $1), -1),
         image_bytes = coalesce((select sum(size_bytes) from dataset_images where dataset_id = $1), 0)
       where id = $1`,
      [id],
    );
  }

  /** The zip's labels and images become rows and objects of their own in the background. */
  private async planUnpacking(state: Readonly<DatasetState>): Promise<void> {
    await this.query(`insert into dataset_imports (id, dataset_id, kind, state, requested_by, total) select unnest($1::uuid[]), $2, unnest(array['load-labels', 'unpack-zip']), 'waiting', $3, $4`, [[newId(), newId()], state.id, state.createdBy, state.numImages]);
  }

  async exists(id: string): Promise<boolean> {
    return (await this.query('select 1 from datasets where id = $1', [id])).length > 0;
  }

  async findForUpdate(id: string): Promise<Dataset | null> {
    const rows = await this.query<DatasetRow>('select * from datasets where id = $1 and purge_started_at is null for update', [id]);
    const row = rows[0];
    return row === undefined ? null : Dataset.restore(stateOfRow(row));
  }

  async save(dataset: Dataset): Promise<void> {
    const { state } = dataset;
    const saved = await this.query(
      `with saved as (update datasets set name = $3, visibility = $4, updated_at = $5, deleted_at = $6, deleted_by = $7, revision = revision + 1
       where id = $1 and revision = $2 returning 1) select * from saved`,
      [state.id, state.revision, state.name, state.visibility, state.updatedAt, state.deletedAt, state.deletedBy],
    );
    if (saved.length !== 1) throw new DomainError('version-conflict', 'The dataset was changed by another request at the same moment. Try again.');
    for (const event of dataset.pullEvents()) await this.announce(state, event);
  }

  private async insertClasses(id: string, classes: readonly NewClass[]): Promise<void> {
    await this.query(
      `insert into dataset_classes (dataset_id, class_id, name, color, position, details, image_count)
       select $1, class_id, name, color, place, details::jsonb, image_count
       from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::int[]) with ordinality as given (class_id, name, color, details, image_count, place)`,
      [id, classes.map((one) => one.classId), classes.map((one) => one.name), classes.map((one) => one.color), classes.map((one) => JSON.stringify(one.details)), classes.map((one) => one.imageCount)],
    );
  }

  private async insertImages(id: string, images: readonly NewImage[], splitGroupOf: (fileName: string) => string | null): Promise<void> {
    const column = <K extends keyof NewImage>(key: K): NewImage[K][] => images.map((image) => image[key]);
    await this.query(
      `insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, split, status, class_ids, object_count, size_bytes, crc32, sha256, orientation, split_group)
       select $1, number, file_name, width, height, depth, format, split, status, class_ids::int[], object_count, size_bytes, crc32, decode(sha256, 'hex'), orientation, split_group
       from unnest($2::int[], $3::text[], $4::int[], $5::int[], $6::int[], $7::text[], $8::text[], $9::text[], $10::text[], $11::int[], $12::bigint[], $13::bigint[], $14::text[], $15::smallint[], $16::text[])
         as given (number, file_name, width, height, depth, format, split, status, class_ids, object_count, size_bytes, crc32, sha256, orientation, split_group)`,
      [
        ...[id, column('number'), column('fileName'), column('width'), column('height'), column('depth'), column('format'), column('split'), column('status')],
        // An array of arrays of different lengths is none to Postgres: as text, one a row.
        ...[images.map((image) => `{${image.classIds.join(',')}}`), column('objectCount'), column('sizeBytes'), column('crc32'), column('sha256'), column('orientation')],
        images.map((image) => splitGroupOf(image.fileName)),
      ],
    );
  }

  private async insertFindings(id: string, findings: readonly Finding[]): Promise<void> {
    const column = (key: keyof Finding): (string | null)[] => findings.map((finding) => finding[key] ?? null);
    await this.query(
      `insert into dataset_findings (dataset_id, position, code, message, pointer, entry, hint)
       select $1, place, code, message, pointer, entry, hint
       from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality as given (code, message, pointer, entry, hint, place)`,
      [id, column('code'), column('message'), column('pointer'), column('entry'), column('hint')],
    );
  }

  private async announce(state: Readonly<DatasetState>, event: DatasetEvent): Promise<void> {
    switch (event.name) {
      case 'dataset-uploaded':
        return this.events.publish({
          definition: datasetUploadedV1,
          subject: state.id,
          aggregateVersion: state.revision,
          data: { dataset_id: state.id, task_type: taskTypeSchema.parse(state.taskType), num_images: state.numImages, num_classes: state.numClasses, uploaded_by: state.createdBy },
        });
      case 'dataset-created':
        return this.events.publish({
          definition: datasetCreatedV1,
          subject: state.id,
          aggregateVersion: state.revision,
          data: { dataset_id: state.id, task_type: taskTypeSchema.parse(state.taskType), created_by: state.createdBy },
        });
      case 'dataset-taken-back':
        return this.events.publish({ definition: datasetRestoredV1, subject: state.id, aggregateVersion: state.revision, data: { dataset_id: state.id, restored_by: event.by } });
      case 'dataset-trashed':
        return this.events.publish({ definition: datasetDeletedV1, subject: state.id, aggregateVersion: state.revision, data: { dataset_id: state.id, deleted_by: event.by } });
    }
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

function* batchesOf<T>(items: Iterable<T>, size: number): Iterable<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
