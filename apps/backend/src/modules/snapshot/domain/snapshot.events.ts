import type { DomainEvent } from '@app/kernel';

export class SnapshotRequested implements DomainEvent {
  readonly name = 'snapshot-requested';
}

export class SnapshotCompleted implements DomainEvent {
  readonly name = 'snapshot-completed';
}

export class SnapshotFailed implements DomainEvent {
  readonly name = 'snapshot-failed';
}

export type SnapshotEvent = SnapshotRequested | SnapshotCompleted | SnapshotFailed;
