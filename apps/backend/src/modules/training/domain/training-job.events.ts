import type { DomainEvent } from '@app/kernel';

export class TrainingRequested implements DomainEvent {
  readonly name = 'training-requested';
}

/** The job waits for a worker: first, or again after a lease was lost. */
export class TrainingQueued implements DomainEvent {
  readonly name = 'training-queued';
}

/** The job got another state; what is shown of it changed. */
export class TrainingStateChanged implements DomainEvent {
  readonly name = 'training-state-changed';
}

export type TrainingJobEvent = TrainingRequested | TrainingQueued | TrainingStateChanged;
