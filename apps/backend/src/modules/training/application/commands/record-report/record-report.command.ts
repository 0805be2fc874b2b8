import type {
  TrainingCancelledV1,
  TrainingCheckpointedV1,
  TrainingCompletedV1,
  TrainingFailedV1,
  TrainingPredictedV1,
  TrainingProgressedV1,
  TrainingStartedV1,
} from '@app/contracts';
import { Command } from '@nestjs/cqrs';

/** A report of a worker, by kind. */
export type WorkerReport =
  | { readonly kind: 'started'; readonly data: TrainingStartedV1 }
  | { readonly kind: 'progressed'; readonly data: TrainingProgressedV1 }
  | { readonly kind: 'checkpointed'; readonly data: TrainingCheckpointedV1 }
  | { readonly kind: 'completed'; readonly data: TrainingCompletedV1 }
  | { readonly kind: 'predicted'; readonly data: TrainingPredictedV1 }
  | { readonly kind: 'failed'; readonly data: TrainingFailedV1 }
  | { readonly kind: 'cancelled'; readonly data: TrainingCancelledV1 };

/** `applied`; `kept` until those before it have come; `ahead`: too far for that, it must come again; or why nothing changed. */
export type ReportOutcome = 'applied' | 'kept' | 'ahead' | 'duplicate' | 'stale';

export class RecordReportCommand extends Command<ReportOutcome> {
  constructor(readonly report: WorkerReport) {
    super();
  }
}
