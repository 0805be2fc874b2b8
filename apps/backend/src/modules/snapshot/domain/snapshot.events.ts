import type { DomainEvent } from '@app/kernel';

export class SnapshotRequested implements DomainEvent {
  readonly name = 'snapshot-requested';
}

export class SnapshotCompleted implements DomainEvent {
  readonly name = 'snapshot-completed';

  constructor(readonly waitingJobIds: readonly string[]) {}
}

export class SnapshotFailed implements DomainEvent {
  readonly name = 'snapshot-failed';

  constructor(readonly waitingJobIds: readonly string[]) {}
}

export type SnapshotEvent = SnapshotRequested | SnapshotCompleted | SnapshotFailed;
