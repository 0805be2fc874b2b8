import type { WorkerReport } from '../commands/record-report/record-report.command.js';

/** Reports of live attempts that wait for those before them. All inside the caller's unit of work. */
export abstract class EarlyReports {
  /** Keeps it; a repeat is dropped. */
  abstract keep(report: WorkerReport): Promise<void>;
  /** Takes the report of this number out, null when it has not come. */
  abstract take(place: { readonly jobId: string; readonly attempt: number; readonly sequence: number }): Promise<WorkerReport | null>;
  /** The job needs none of them any more. */
  abstract forget(jobId: string): Promise<void>;
}
