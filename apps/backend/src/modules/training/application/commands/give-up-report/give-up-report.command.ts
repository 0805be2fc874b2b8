import { Command } from '@nestjs/cqrs';
import type { WorkerReport } from '../record-report/record-report.command.js';

/** A report cannot take effect, ever: no later one of its attempt can either. Answers whether the job ended by it. */
export class GiveUpReportCommand extends Command<boolean> {
  constructor(readonly report: WorkerReport) {
    super();
  }
}
