import type { ValidationExample } from '@app/contracts';

/** What a trained model says of its validation images, as the worker stored it. */
export abstract class ValidationExamples {
  /** In the order of the worker, the worst first; null: the job has none. Lines that cannot be read are left out. Throws `unavailable` while the store is away. */
  abstract open(job: { readonly id: string; readonly attempt: number }): Promise<AsyncIterable<ValidationExample> | null>;
}
