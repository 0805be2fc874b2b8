import type { CommonHyperparameters, TaskType } from '@app/contracts';
import { DomainError } from '@app/kernel';
import type { z } from 'zod';
import type { Sample } from '../samples/sample.js';
import type { TaskFacts, TrainingTask } from './training-task.js';

/** A training with its defaults filled in. */
export interface OpenedModel {
  /** All that decides on the numbers; part of the configuration's hash. */
  readonly settings: CommonHyperparameters & Readonly<Record<string, unknown>>;
  /** Made when the samples have been counted. */
  readonly task: (facts: TaskFacts) => TrainingTask;
}

/** A model of the catalogue as this engine builds it. */
export interface TrainableModel {
  readonly id: string;
  readonly taskTypes: readonly TaskType[];
  /** Fills in defaults. Throws `validation-failed` with a finding for each value that is out of its range. */
  open(hyperparameters: Readonly<Record<string, unknown>>): OpenedModel;
  /** Why this sample cannot be learned; null: it can. Class indices are in range already. */
  objection(sample: Sample, spec: { readonly multiLabel: boolean }): string | null;
}

/** Throws `validation-failed` that names every value that is out of its range. */
export function parseSettings<T extends z.ZodObject>(schema: T, hyperparameters: Readonly<Record<string, unknown>>): z.infer<T> {
  const parsed = schema.safeParse(hyperparameters);
  if (parsed.success) return parsed.data;
  const findings = parsed.error.issues.map((issue) => ({ code: 'hyperparameter', message: issue.message, pointer: `/${issue.path.join('/')}` }));
  const named = findings.map((one) => `${one.pointer.slice(1)}: ${one.message}`).join('; ');
  throw new DomainError('validation-failed', `The hyperparameters cannot be used: ${named}.`, { findings });
}
