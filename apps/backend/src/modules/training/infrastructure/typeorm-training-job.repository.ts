import { trainingDispatchedV1, trainingRequestedV1 } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { currentTraceparent, inSpan, WorkContext } from '@app/observability';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { IntegrationEvents } from '../../../platform/messaging/integration-events.js';
import type { TrainingJobEvent } from '../domain/training-job.events.js';
import { TrainingJob, type TrainingJobState } from '../domain/training-job.aggregate.js';
import { TrainingJobRepository } from '../domain/training-job.repository.port.js';
import { QueueSignal } from '../application/ports/queue-signal.port.js';
import { JobRecords } from '../application/ports/job-records.port.js';
import { columnsOf, stateOfRow, type TrainingJobRow } from './training-job.row.js';

const HELD = `state in ('verifying','running','cancelling')`;

@Injectable()
export class TypeormTrainingJobRepository extends TrainingJobRepository {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly events: IntegrationEvents,
    private readonly records: JobRecords,
    private readonly signal: QueueSignal,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  async find(id: string): Promise<TrainingJob | null> {
    return this.one('select * from training_jobs where id = $1', [id]);
  }

  async findForUpdate(id: string): Promise<TrainingJob | null> {
    return this.one('select * from training_jobs where id = $1 for update', [id]);
  }

  async findLeaseLost(leaseSeconds: number, limit: number): Promise<readonly string[]> {
    const rows: { id: string }[] = await this.transaction
      .manager()
      .query(`select id from training_jobs where ${HELD} and heard_at < clock_timestamp() - make_interval(secs => $1) order by heard_at limit $2`, [leaseSeconds, limit]);
    return rows.map((row) => row.id);
  }

  async heard(jobId: string, attempt: number, fencingToken: string): Promise<boolean> {
    const rows: unknown[] = await this.transaction
      .manager()
      .query(
        `with beat as (update training_jobs set heard_at = clock_timestamp() where id = $1 and attempt_number = $2 and fencing_token = $3 and ${HELD} returning 1) select * from beat`,
        [jobId, attempt, fencingToken],
      );
    return rows.length === 1;
  }

  async countActiveOf(userId: string): Promise<number> {
    const rows: { count: number }[] = await this.transaction
      .manager()
      .query(`select count(*)::int as count from training_jobs where requested_by = $1 and state not in ('completed','failed','cancelled')`, [userId]);
    return rows[0]?.count ?? 0;
  }

  async save(job: TrainingJob): Promise<void> {
    const { state } = job;
    if (state.revision === 0) await this.insert(state);
    else await this.update(state);
    // The aggregate that was saved is at the revision that the row has now.
    (state as TrainingJobState).revision = state.revision + 1;
    const events = job.pullEvents();
    if (events.length > 0) await this.asOf(state, async () => {
      for (const event of events) await this.announce(state, event);
    });
  }

  private async one(sql: string, parameters: unknown[]): Promise<TrainingJob | null> {
    const rows: TrainingJobRow[] = await this.transaction.manager().query(sql, parameters);
    const row = rows[0];
    return row === undefined ? null : TrainingJob.restore(stateOfRow(row));
  }

  private async insert(state: TrainingJobState): Promise<void> {
    const columns = Object.entries({ ...columnsOf(state), revision: 1, correlation_id: WorkContext.current()?.correlationId ?? null, traceparent: currentTraceparent() ?? null });
    const names = columns.map(([name]) => name).join(', ');
    const holders = columns.map((_, index) => `$${index + 1}`).join(', ');
    await this.transaction.manager().query(
      `insert into training_jobs (${names}) values (${holders})`,
      columns.map(([, value]) => value),
    );
  }

  private async update(state: TrainingJobState): Promise<void> {
    const columns = Object.entries(columnsOf(state)).filter(([name]) => name !== 'id');
    const sets = columns.map(([name], index) => `${name} = $${index + 3}`).join(', ');
    const rows: unknown[] = await this.transaction
      .manager()
      .query(`with saved as (update training_jobs set revision = revision + 1, ${sets} where id = $1 and revision = $2 returning 1) select * from saved`, [
        state.id,
        state.revision,
        ...columns.map(([, value]) => value),
      ]);
    if (rows.length !== 1) throw new DomainError('version-conflict', 'The job was changed by another request at the same moment. Try again.');
  }

  /** What nobody asks for at this moment, such as a turn in the queue, belongs to the request that the job is of. */
  private async asOf({ id }: TrainingJobState, announce: () => Promise<void>): Promise<void> {
    if (WorkContext.current() !== undefined) return announce();
    const rows: { correlation_id: string | null; traceparent: string | null }[] = await this.transaction.manager().query('select correlation_id, traceparent from training_jobs where id = $1', [id]);
    const { correlation_id: correlationId = null, traceparent = null } = rows[0] ?? {};
    const traced = (): Promise<void> => (traceparent === null ? announce() : inSpan('training job moves on', { parent: traceparent, attributes: { 'vision.job_id': id } }, announce));
    return correlationId === null ? traced() : WorkContext.run({ correlationId }, traced);
  }

  private async announce(state: TrainingJobState, event: TrainingJobEvent): Promise<void> {
    switch (event.name) {
      case 'training-requested':
        return this.events.publish({
          definition: trainingRequestedV1,
          subject: state.id,
          aggregateVersion: state.revision,
          data: { job_id: state.id, dataset_id: state.datasetId, requested_by: state.requestedBy, ...(state.requestedVersion === null ? {} : { snapshot_version: state.requestedVersion }) },
        });
      case 'training-queued':
      case 'training-ended':
        this.unitOfWork.afterCommit(() => this.signal.wake());
        return;
      case 'training-dispatched':
        return this.events.publish({
          definition: trainingDispatchedV1,
          subject: state.id,
          aggregateVersion: state.revision,
          data: { job_id: state.id },
          ...(typeof state.dispatch?.lane === 'string' ? { lane: state.dispatch.lane } : {}),
        });
      case 'training-state-changed':
        return this.records.appendEvent(state.id, 'job', { state: state.state, revision: state.revision });
    }
  }
}
