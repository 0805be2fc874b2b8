import type { ValidationExample } from '@app/contracts';
import type { StoredObject } from '../../domain/training-job.aggregate.js';

/** What a trained model says of its validation images, as the worker stored it. */
export abstract class ValidationExamples {
  /** In the order of the worker, the worst first; null: they are not there any more. Lines that cannot be read are left out. Throws `unavailable` while the store is away. */
  abstract open(examples: StoredObject): Promise<AsyncIterable<ValidationExample> | null>;
}
