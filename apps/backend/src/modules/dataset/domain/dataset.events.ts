import type { DomainEvent } from '@app/kernel';

export class DatasetUploaded implements DomainEvent {
  readonly name = 'dataset-uploaded';
}

export class DatasetCreated implements DomainEvent {
  readonly name = 'dataset-created';
}

export class DatasetTrashed implements DomainEvent {
  readonly name = 'dataset-trashed';
  constructor(readonly by: string) {}
}

export class DatasetTakenBack implements DomainEvent {
  readonly name = 'dataset-taken-back';
  constructor(readonly by: string) {}
}

export type DatasetEvent = DatasetCreated | DatasetUploaded | DatasetTrashed | DatasetTakenBack;
