import type { Job } from '../../api/types.js';

/** Seconds since a worker began, up to the end; null before. */
export function secondsTaken(job: Pick<Job, 'started_at' | 'finished_at'>, nowMilliseconds: number): number | null {
  if (job.started_at === null) return null;
  const end = job.finished_at === null ? nowMilliseconds : Date.parse(job.finished_at);
  return Math.max(0, (end - Date.parse(job.started_at)) / 1000);
}

const MILESTONES = [0.25, 0.5, 0.75];

/** The last quarter of the way that was passed; 0 before the first. */
export const milestoneOf = (progress: number): number => MILESTONES.findLast((one) => progress >= one) ?? 0;
