import type { DomainEvent } from '@app/kernel';

export class DatasetUploaded implements DomainEvent {
  readonly name = 'dataset-uploaded';
}

export class DatasetTrashed implements DomainEvent {
  readonly name = 'dataset-trashed';
  constructor(readonly by: string) {}
}

export type DatasetEvent = DatasetUploaded | DatasetTrashed;
