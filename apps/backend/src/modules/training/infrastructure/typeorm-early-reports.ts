import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import type { WorkerReport } from '../application/commands/record-report/record-report.command.js';
import { EarlyReports } from '../application/ports/early-reports.port.js';

@Injectable()
export class TypeormEarlyReports extends EarlyReports {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async keep(report: WorkerReport): Promise<void> {
    const { job_id: jobId, attempt, sequence } = report.data;
    await this.sql('insert into training_early_reports (job_id, attempt, sequence, report) values ($1, $2, $3, $4) on conflict do nothing', [jobId, attempt, sequence, JSON.stringify(report)]);
  }

  async take(place: { jobId: string; attempt: number; sequence: number }): Promise<WorkerReport | null> {
    // It was parsed by its schema before it was kept.
    const rows: { report: WorkerReport }[] = await this.sql(
      'with taken as (delete from training_early_reports where job_id = $1 and attempt = $2 and sequence = $3 returning report) select report from taken',
      [place.jobId, place.attempt, place.sequence],
    );
    return rows[0]?.report ?? null;
  }

  async forget(jobId: string): Promise<void> {
    await this.sql('delete from training_early_reports where job_id = $1', [jobId]);
  }

  private async sql<T>(text: string, parameters: unknown[]): Promise<T> {
    return this.transaction.manager().query(text, parameters) as Promise<T>;
  }
}
