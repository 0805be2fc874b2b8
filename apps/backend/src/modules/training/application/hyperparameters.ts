import type { ModelDefinition, TaskType } from '@app/contracts';
import type { Finding } from '@app/kernel';
import type { Hyperparameters } from '../domain/training-job.aggregate.js';

export type ModelChoice = { readonly ok: true; readonly model: ModelDefinition } | { readonly ok: false; readonly findings: readonly Finding[] };

/** The model asked for, or the first of the catalogue that fits the task. */
export function chooseModel(catalogue: readonly ModelDefinition[], taskType: TaskType, id: string | undefined): ModelChoice {
  const fitting = catalogue.filter((model) => model.taskTypes.includes(taskType));
  if (fitting.length === 0) {
    return refused('no-model-for-task', '/dataset_id', `There is no model yet for ${taskType.replaceAll('_', ' ')}.`);
  }
  const model = id === undefined ? fitting[0] : catalogue.find((one) => one.id === id);
  if (model === undefined) return refused('unknown-model', '/model', 'There is no model of this name; GET training/models lists them.');
  if (!model.taskTypes.includes(taskType)) return refused('model-does-not-fit', '/model', `The model ${model.id} cannot learn ${taskType.replaceAll('_', ' ')}.`);
  return { ok: true, model };
}

export type HyperparameterChoice = { readonly ok: true; readonly values: Hyperparameters } | { readonly ok: false; readonly findings: readonly Finding[] };

/** Checked against the model's ranges, defaults filled in; every finding at once, unknown names too. */
export function completeHyperparameters(model: ModelDefinition, given: Readonly<Record<string, unknown>>): HyperparameterChoice {
  const result = model.hyperparameters.strict().safeParse(given);
  if (result.success) return { ok: true, values: result.data as Hyperparameters };
  return {
    ok: false,
    findings: result.error.issues.flatMap((issue) => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => ({ code: 'unknown-field', pointer: pointer(key), message: `${model.id} has no such hyperparameter.` }));
      }
      return [{ code: 'out-of-range', pointer: pointer(...issue.path.map(String)), message: issue.message }];
    }),
  };
}

function pointer(...path: readonly string[]): string {
  return ['/hyperparameters', ...path.map((part) => part.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}

function refused(code: string, at: string, message: string): ModelChoice {
  return { ok: false, findings: [{ code, pointer: at, message }] };
}
