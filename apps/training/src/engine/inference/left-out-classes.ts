import type { TaskResult } from '../tasks/training-task.js';

const AVERAGES = ['precision', 'recall', 'f1'] as const;

/** Figures without those of classes that the dataset has not: nobody labeled them, so that whatever the model says of them is neither right nor wrong. */
export function withoutClasses(result: TaskResult, isLeftOut: (one: { readonly id: number }) => boolean): TaskResult {
  const perClass = result.per_class?.filter((one) => !isLeftOut({ id: one.class_id }));
  if (perClass === undefined || perClass.length === result.per_class?.length) return result;
  const averages = Object.fromEntries(AVERAGES.map((name) => [name, mean(perClass.map((one) => one[name] ?? null))]));
  // Rows and columns of the matrix are all outputs of the model.
  const { confusion_matrix: _, ...others } = result;
  return { ...others, per_class: perClass, scores: { ...result.scores, ...averages } };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
