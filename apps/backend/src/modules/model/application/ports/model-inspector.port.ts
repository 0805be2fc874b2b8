import type { ModelAdapter } from '@app/contracts';
import type { Finding } from '@app/kernel';
import type { ModelObject } from '../../domain/model.js';

/** Loads a file that somebody uploaded as the worker will, where it can do no harm. */
export abstract class ModelInspector {
  /** What is wrong with it; empty: it can be used as declared. Throws `unavailable` where the store is away. */
  abstract inspect(object: ModelObject, adapter: ModelAdapter): Promise<readonly Finding[]>;
}
