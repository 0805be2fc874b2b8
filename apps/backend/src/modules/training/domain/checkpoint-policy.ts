import type { Hyperparameters } from './training-job.aggregate.js';

/** Which checkpoints of a job stay: `every` is the k of `every-k`. */
export interface CheckpointPolicy {
  readonly keep: 'all' | 'best+last' | 'every-k';
  readonly every: number;
}

/** As the job's hyperparameters say; those of an older job may lack it. */
export function policyOf(hyperparameters: Hyperparameters): CheckpointPolicy {
  const { keep, keep_every: every } = hyperparameters;
  return { keep: keep === 'best+last' || keep === 'every-k' ? keep : 'all', every: typeof every === 'number' && every > 0 ? every : 1 };
}

/** Whether an epoch's checkpoint stays. The best one always does, and so does everything from the last state on: a resume begins there. */
export function isKept(policy: CheckpointPolicy, epoch: number, marks: { readonly best: number | null; readonly lastState: number }): boolean {
  if (policy.keep === 'all' || epoch === marks.best || epoch >= marks.lastState) return true;
  return policy.keep === 'every-k' && epoch % policy.every === 0;
}
