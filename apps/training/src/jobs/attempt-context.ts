import type { TrainingGrant, WorkGrant } from '@app/contracts';
import type { TrainingLog } from '../training-log.js';
import type { AttemptFolder } from './attempt-folder.js';
import type { LogTail } from './log-tail.js';
import type { ProgressReporter } from './progress-reporter.js';
import type { ReportJournal } from './report-journal.js';

/** What every stage of one attempt works with. */
export interface AttemptContext<Grant extends WorkGrant = TrainingGrant> {
  readonly grant: Grant;
  readonly epochs: number;
  readonly folder: AttemptFolder;
  readonly journal: ReportJournal;
  readonly progress: ProgressReporter;
  readonly tail: LogTail;
  /** Writes to the service's log and to the job's. */
  readonly log: TrainingLog;
  /** Its reason is an AttemptStopped. */
  readonly signal: AbortSignal;
}

/** Lines of one attempt: for the operator with the job's id, for the user as they are. Debug lines stay with the operator. */
export function attemptLog(log: TrainingLog, tail: LogTail, grant: Pick<TrainingGrant, 'job_id' | 'attempt'>): TrainingLog {
  const prefix = `job ${grant.job_id}, attempt ${grant.attempt}:`;
  const both = (level: 'info' | 'warn' | 'error') => (message: string): void => {
    log[level](`${prefix} ${message}`);
    tail.add(level === 'info' ? message : `${level}: ${message}`);
  };
  return { debug: (message) => log.debug(`${prefix} ${message}`), info: both('info'), warn: both('warn'), error: both('error') };
}
