import { cnnSmallHyperparameters, type CnnSmallHyperparameters, type TaskType } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { cnnSmall } from './cnn-small.js';
import type { Architecture } from './trainer.js';

/** A model of the catalogue as this engine builds it. A new one is a file with its architecture and a line below. */
export interface TrainableModel {
  readonly id: string;
  readonly taskTypes: readonly TaskType[];
  /** Fills in defaults. Throws `validation-failed` with a finding for each value that is out of its range. */
  readonly settingsFrom: (hyperparameters: Readonly<Record<string, unknown>>) => CnnSmallHyperparameters;
  readonly architecture: (side: number, classCount: number) => Architecture;
}

const MODELS: readonly TrainableModel[] = [{ id: 'cnn-small', taskTypes: ['image_classification'], settingsFrom: cnnSmallSettings, architecture: cnnSmall }];

export const modelsFor = (taskType: TaskType): readonly TrainableModel[] => MODELS.filter((model) => model.taskTypes.includes(taskType));

/** Throws `validation-failed` where this engine has no such model for the task. */
export function modelFor(taskType: TaskType, id: string): TrainableModel {
  const model = modelsFor(taskType).find((one) => one.id === id);
  if (model === undefined) throw new DomainError('validation-failed', `This engine has no model ${JSON.stringify(id.slice(0, 60))} for ${taskType}.`);
  return model;
}

function cnnSmallSettings(hyperparameters: Readonly<Record<string, unknown>>): CnnSmallHyperparameters {
  const parsed = cnnSmallHyperparameters.safeParse(hyperparameters);
  if (parsed.success) return parsed.data;
  const findings = parsed.error.issues.map((issue) => ({ code: 'hyperparameter', message: issue.message, pointer: `/${issue.path.join('/')}` }));
  const named = findings.map((one) => `${one.pointer.slice(1)}: ${one.message}`).join('; ');
  throw new DomainError('validation-failed', `The hyperparameters cannot be used: ${named}.`, { findings });
}
