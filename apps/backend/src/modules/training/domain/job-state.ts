/** States of design/training.md. The only way back is verifying | running -> queued, when a lease is lost. */
export const JOB_STATES = ['requested', 'preparing', 'queued', 'verifying', 'running', 'cancelling', 'completed', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

const NEXT: Readonly<Record<JobState, readonly JobState[]>> = {
  requested: ['preparing', 'queued', 'failed', 'cancelled'],
  preparing: ['queued', 'failed', 'cancelled'],
  queued: ['verifying', 'failed', 'cancelled'],
  verifying: ['running', 'queued', 'cancelling', 'failed', 'cancelled'],
  running: ['queued', 'cancelling', 'completed', 'failed'],
  cancelling: ['cancelled', 'completed', 'failed'],
  completed: [],
  failed: [],
  cancelled: [],
};

export const isTerminal = (state: JobState): boolean => NEXT[state].length === 0;
export const mayFollow = (from: JobState, to: JobState): boolean => NEXT[from].includes(to);
/** A worker holds the job. */
export const isHeld = (state: JobState): boolean => state === 'verifying' || state === 'running' || state === 'cancelling';
