import type { SnapshotCompletedV1, SnapshotFailedV1 } from '@app/contracts';
import { Command } from '@nestjs/cqrs';

export type SnapshotOutcome = { readonly kind: 'completed'; readonly data: SnapshotCompletedV1 } | { readonly kind: 'failed'; readonly data: SnapshotFailedV1 };

/** The snapshot that jobs waited for is there, or could not be made. `eventId` makes a repeat harmless. */
export class AcceptSnapshotCommand extends Command<void> {
  constructor(
    readonly eventId: string,
    readonly outcome: SnapshotOutcome,
  ) {
    super();
  }
}
