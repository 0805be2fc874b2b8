import type { DomainEvent } from '@app/kernel';

export class TrainingRequested implements DomainEvent {
  readonly name = 'training-requested';
}

/** The job waits for its turn: first, or again after a lease was lost. */
export class TrainingQueued implements DomainEvent {
  readonly name = 'training-queued';
}

/** The job was handed out to workers. */
export class TrainingDispatched implements DomainEvent {
  readonly name = 'training-dispatched';
}

/** The job runs no more; another one may. */
export class TrainingEnded implements DomainEvent {
  readonly name = 'training-ended';
}

/** The job got another state; what is shown of it changed. */
export class TrainingStateChanged implements DomainEvent {
  readonly name = 'training-state-changed';
}

export type TrainingJobEvent = TrainingRequested | TrainingQueued | TrainingDispatched | TrainingEnded | TrainingStateChanged;
