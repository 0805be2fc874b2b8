import { snapshotCompletedV1, snapshotFailedV1, snapshotRequestedV1 } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { LOCK_VERSIONS } from '../../../platform/database/versions-lock.js';
import { IntegrationEvents } from '../../../platform/messaging/integration-events.js';
import { Snapshot } from '../domain/snapshot.aggregate.js';
import type { SnapshotEvent } from '../domain/snapshot.events.js';
import { SnapshotRepository, type ZipBase } from '../domain/snapshot.repository.port.js';
import type { SnapshotState } from '../domain/snapshot.state.js';
import { columnsOf, stateOf, type SnapshotRow } from './snapshot.row.js';

const SELECT = `select s.* from snapshots s`;

const KEPT = `s.state not in ('failed','deleted')`;

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
    return this.one(`${SELECT} where s.dataset_id = $1 and s.content_hash = $2 and ${KEPT} for update of s`, [datasetId, contentHash]);
  }

  async findByPosition(datasetId: string, position: number): Promise<Snapshot | null> {
    return this.one(`${SELECT} where s.dataset_id = $1 and (s.position = $2 or s.restored_position = $2) and ${KEPT} order by s.version desc limit 1 for update of s`, [datasetId, position]);
  }

  async markRestored(id: string, position: number): Promise<void> {
    await this.query('update snapshots set restored_position = $2 where id = $1', [id, position]);
  }

  async findByVersion(datasetId: string, version: number): Promise<Snapshot | null> {
    return this.one(`${SELECT} where s.dataset_id = $1 and s.version = $2`, [datasetId, version]);
  }

  async findByVersionForUpdate(datasetId: string, version: number): Promise<Snapshot | null> {
    return this.one(`${SELECT} where s.dataset_id = $1 and s.version = $2 for update of s`, [datasetId, version]);
  }

  async nextVersion(datasetId: string): Promise<number> {
    await this.query(LOCK_VERSIONS, [datasetId]);
    const rows = await this.query<{ next: number }>('select coalesce(max(version), 0) + 1 as next from snapshots where dataset_id = $1', [datasetId]);
    return rows[0]?.next ?? 1;
  }

  async newest(datasetId: string, count: number): Promise<readonly Snapshot[]> {
    return this.all(`${SELECT} where s.dataset_id = $1 and ${KEPT} order by s.version desc limit $2`, [datasetId, count]);
  }

  async newestWithZip(datasetId: string): Promise<Snapshot | null> {
    return this.one(`${SELECT} where s.dataset_id = $1 and ${KEPT} and s.zip_state = 'ready' order by s.version desc limit 1`, [datasetId]);
  }

  async zipBases(datasetId: string, count: number): Promise<readonly ZipBase[]> {
    const rows = await this.all(`${SELECT} where s.dataset_id = $1 and ${KEPT} and s.zip_state = 'ready' and s.region is not null and s.zip_suspected_at is null order by s.version desc limit $2`, [datasetId, count]);
    return rows.flatMap((row) => baseOf(row) ?? []);
  }

  async takeZipToLookAt({ now, unseenSince }: { now: Date; unseenSince: Date }): Promise<{ datasetId: string; zip: ZipBase } | null> {
    const snapshot = await this.one(
      `${SELECT} where s.zip_state = 'ready' and s.state = 'ready' and s.region is not null and s.zip_suspected_at is null and coalesce(s.zip_looked_at, s.completed_at) < $1
         order by coalesce(s.zip_looked_at, s.completed_at) limit 1 for update of s skip locked`,
      [unseenSince],
    );
    const zip = snapshot === null ? null : baseOf(snapshot);
    if (snapshot === null || zip === null) return null;
    await this.query('update snapshots set zip_looked_at = $2 where id = $1', [snapshot.state.id, now]);
    return { datasetId: snapshot.state.datasetId, zip };
  }

  async supersededZips(unusedSince: Date): Promise<readonly string[]> {
    const rows = await this.query<{ id: string }>(
      `select s.id from snapshots s where s.zip_state = 'ready' and s.state = 'ready' and s.zip_used_at < $1
         and exists (select 1 from snapshots n where n.dataset_id = s.dataset_id and n.version > s.version and n.zip_state = 'ready' and n.state = 'ready') order by s.zip_used_at limit 100`,
      [unusedSince],
    );
    return rows.map((row) => row.id);
  }

  async uncounted(datasetId: string): Promise<readonly string[]> {
    const rows = await this.query<{ id: string }>(`select s.id from snapshots s where s.dataset_id = $1 and s.state = 'ready' and s.head is not null and s.totals->>'annotations' is null order by s.version`, [datasetId]);
    return rows.map((row) => row.id);
  }

  async doubtedZips(): Promise<readonly string[]> {
    const rows = await this.query<{ id: string }>(`select s.id from snapshots s where s.zip_suspected_at is not null and s.zip_state = 'ready' and s.state = 'ready' order by s.zip_suspected_at limit 100`, []);
    return rows.map((row) => row.id);
  }

  async zipsOfOneOrigin(datasetId: string, { id, doubtedAt }: { id: string; doubtedAt: Date }): Promise<readonly string[]> {
    const rows = await this.query<{ id: string }>(
      `select s.id from snapshots s where s.dataset_id = $1 and s.id <> $2 and s.zip_state = 'ready' and s.state = 'ready' and s.region is not null and (s.zip_checked_at is null or s.zip_checked_at < $3) order by s.version`,
      [datasetId, id, doubtedAt],
    );
    return rows.map((row) => row.id);
  }

  async list(datasetId: string, page: { limit: number; beforeVersion?: number }): Promise<readonly Snapshot[]> {
    return this.all(`${SELECT} where s.dataset_id = $1 and s.state <> 'deleted' and ($2::int is null or s.version < $2) order by s.version desc limit $3`, [datasetId, page.beforeVersion ?? null, page.limit]);
  }

  async save(snapshot: Snapshot): Promise<void> {
    const { state } = snapshot;
    const values = columnsOf(state);
    const names = Object.keys(values);
    await this.query(
      `insert into snapshots (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})
       on conflict (id) do update set ${names.filter((name) => name !== 'id').map((name) => `${name} = excluded.${name}`).join(', ')}`,
      Object.values(values),
    );
    if (state.state === 'deleted') await this.query('update snapshots set deleted_at = now() where id = $1 and deleted_at is null', [state.id]);
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
          data: { ...reference, sha256: state.zip.sha256, size_bytes: state.zip.sizeBytes, content_hash: state.contentHash ?? '', waiting_job_ids: [...event.waitingJobIds] },
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
    return (await this.all(sql, parameters))[0] ?? null;
  }

  /**
   * Who waits is read behind the rows, in a statement of its own: one that had to wait for a row's lock sees the row as it is then,
   * but other tables as they were when it began, and would take back whoever began to wait meanwhile.
   */
  private async all(sql: string, parameters: unknown[]): Promise<Snapshot[]> {
    const rows = await this.query<SnapshotRow>(sql, parameters);
    if (rows.length === 0) return [];
    const waiters = await this.query<{ snapshot_id: string; job_id: string }>('select snapshot_id, job_id from snapshot_waiters where snapshot_id = any($1::uuid[]) order by job_id', [rows.map((row) => row.id)]);
    return rows.map((row) => Snapshot.restore(stateOf(row, waiters.filter((one) => one.snapshot_id === row.id).map((one) => one.job_id))));
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

function baseOf({ state: { version, zip } }: Snapshot): ZipBase | null {
  return zip?.region == null ? null : { version, key: zip.key, sizeBytes: zip.sizeBytes, etag: zip.etag, region: zip.region };
}
