import { snapshotCompletedV1, snapshotFailedV1, snapshotRequestedV1 } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { IntegrationEvents } from '../../../platform/messaging/integration-events.js';
import { Snapshot, type SnapshotFailure, type SnapshotState } from '../domain/snapshot.aggregate.js';
import type { SnapshotEvent } from '../domain/snapshot.events.js';
import { SnapshotRepository } from '../domain/snapshot.repository.port.js';

interface SnapshotRow {
  readonly id: string;
  readonly dataset_id: string;
  readonly version: number;
  readonly content_hash: string;
  readonly state: 'building' | 'ready' | 'failed';
  readonly requested_by: string;
  readonly note: string | null;
  readonly key: string | null;
  readonly size_bytes: string | null;
  readonly sha256: string | null;
  readonly num_images: number;
  readonly num_labeled: number;
  readonly failure: SnapshotFailure | null;
  readonly created_at: Date;
  readonly completed_at: Date | null;
  readonly waiting: readonly string[];
}

const SELECT = `select s.*, array(select w.job_id::text from snapshot_waiters w where w.snapshot_id = s.id order by w.job_id) as waiting from snapshots s`;

@Injectable()
export class TypeormSnapshotRepository extends SnapshotRepository {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly events: IntegrationEvents,
  ) {
    super();
  }

  async findForUpdate(id: string): Promise<Snapshot | null> {
    return this.one(`${SELECT} where s.id = $1 for update of s`, [id]);
  }

  async findByContent(datasetId: string, contentHash: string): Promise<Snapshot | null> {
    return this.one(`${SELECT} where s.dataset_id = $1 and s.content_hash = $2 and s.state <> 'failed' for update of s`, [datasetId, contentHash]);
  }

  async findByVersion(datasetId: string, version: number): Promise<Snapshot | null> {
    return this.one(`${SELECT} where s.dataset_id = $1 and s.version = $2`, [datasetId, version]);
  }

  async findByVersionForUpdate(datasetId: string, version: number): Promise<Snapshot | null> {
    return this.one(`${SELECT} where s.dataset_id = $1 and s.version = $2 for update of s`, [datasetId, version]);
  }

  async nextVersion(datasetId: string): Promise<number> {
    await this.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [datasetId]);
    const rows = await this.query<{ next: number }>('select coalesce(max(version), 0) + 1 as next from snapshots where dataset_id = $1', [datasetId]);
    return rows[0]?.next ?? 1;
  }

  async newestReady(datasetId: string): Promise<Snapshot | null> {
    return this.one(`${SELECT} where s.dataset_id = $1 and s.state = 'ready' order by s.version desc limit 1`, [datasetId]);
  }

  async list(datasetId: string, page: { limit: number; beforeVersion?: number }): Promise<readonly Snapshot[]> {
    const rows = await this.query<SnapshotRow>(`${SELECT} where s.dataset_id = $1 and ($2::int is null or s.version < $2) order by s.version desc limit $3`, [datasetId, page.beforeVersion ?? null, page.limit]);
    return rows.map((row) => Snapshot.restore(stateOf(row)));
  }

  async save(snapshot: Snapshot): Promise<void> {
    const { state } = snapshot;
    await this.query(
      `insert into snapshots (id, dataset_id, version, content_hash, state, requested_by, note, key, size_bytes, sha256, num_images, num_labeled, failure, created_at, completed_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
       on conflict (id) do update set content_hash = excluded.content_hash, num_images = excluded.num_images, num_labeled = excluded.num_labeled, state = excluded.state, key = excluded.key, size_bytes = excluded.size_bytes, sha256 = excluded.sha256, failure = excluded.failure, completed_at = excluded.completed_at`,
      [
        ...[state.id, state.datasetId, state.version, state.contentHash, state.state, state.requestedBy, state.note],
        ...[state.zip?.key ?? null, state.zip?.sizeBytes ?? null, state.zip?.sha256 ?? null, state.numImages, state.numLabeled],
        ...[state.failure === null ? null : JSON.stringify(state.failure), state.createdAt, state.completedAt],
      ],
    );
    await this.query('delete from snapshot_waiters where snapshot_id = $1 and job_id <> all($2::uuid[])', [state.id, state.waitingJobIds]);
    await this.query('insert into snapshot_waiters (snapshot_id, job_id) select $1, unnest($2::uuid[]) on conflict do nothing', [state.id, state.waitingJobIds]);
    for (const event of snapshot.pullEvents()) await this.announce(state, event);
  }

  private async announce(state: Readonly<SnapshotState>, event: SnapshotEvent): Promise<void> {
    const reference = { snapshot_id: state.id, dataset_id: state.datasetId, version: state.version };
    switch (event.name) {
      case 'snapshot-requested':
        return this.events.publish({ definition: snapshotRequestedV1, subject: state.id, data: { ...reference, requested_by: state.requestedBy } });
      case 'snapshot-completed':
        if (state.zip === null) throw new Error('a complete snapshot has a zip');
        return this.events.publish({
          definition: snapshotCompletedV1,
          subject: state.id,
          data: { ...reference, sha256: state.zip.sha256, size_bytes: state.zip.sizeBytes, content_hash: state.contentHash, waiting_job_ids: [...event.waitingJobIds] },
        });
      case 'snapshot-failed':
        return this.events.publish({
          definition: snapshotFailedV1,
          subject: state.id,
          data: { ...reference, code: state.failure?.code ?? 'internal', detail: state.failure?.detail ?? '', waiting_job_ids: [...event.waitingJobIds] },
        });
    }
  }

  private async one(sql: string, parameters: unknown[]): Promise<Snapshot | null> {
    const rows = await this.query<SnapshotRow>(sql, parameters);
    const row = rows[0];
    return row === undefined ? null : Snapshot.restore(stateOf(row));
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

function stateOf(row: SnapshotRow): SnapshotState {
  const { key, size_bytes: sizeBytes, sha256 } = row;
  return {
    id: row.id,
    datasetId: row.dataset_id,
    version: row.version,
    contentHash: row.content_hash,
    state: row.state,
    requestedBy: row.requested_by,
    note: row.note,
    zip: key === null || sizeBytes === null || sha256 === null ? null : { key, sizeBytes: Number(sizeBytes), sha256 },
    numImages: row.num_images,
    numLabeled: row.num_labeled,
    failure: row.failure,
    createdAt: row.created_at,
    completedAt: row.completed_at,
    waitingJobIds: row.waiting,
  };
}
