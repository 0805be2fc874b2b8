import { DomainError, type Finding } from '@app/kernel';

export class TrainingJobNotFound extends DomainError {
  constructor() {
    super('not-found', 'There is no such resource, or you may not see it.');
  }
}

/** All conditions that are not met, at once. */
export class TrainingRefused extends DomainError {
  constructor(findings: readonly Finding[]) {
    super('validation-failed', 'The training cannot start; every condition that is not met is listed.', { findings });
  }
}

export class TrainingStateConflict extends DomainError {
  constructor(detail: string) {
    super('state-conflict', detail);
  }
}

/** The reporter is not the attempt that holds the job now. */
export class StaleAttempt extends DomainError {
  constructor() {
    super('stale-attempt', 'Another attempt holds this job, or it has ended.');
  }
}
