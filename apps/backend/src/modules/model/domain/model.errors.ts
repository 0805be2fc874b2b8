import { DomainError, type Finding } from '@app/kernel';

export class ModelNotFound extends DomainError {
  constructor() {
    super('not-found', 'There is no such resource, or you may not see it.');
  }
}

export class ModelConflict extends DomainError {
  constructor(detail: string, extensions: Readonly<Record<string, unknown>> = {}) {
    super('state-conflict', detail, { extensions });
  }
}

export class ModelRefused extends DomainError {
  constructor(detail: string, findings: readonly Finding[]) {
    super('validation-failed', detail, { findings });
  }
}
