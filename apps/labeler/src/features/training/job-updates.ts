import type { EpochMetrics, Job, JobDetails, ProgressUpdate } from '../../api/types.js';

/** What the job's event stream tells, by the name of the event. */
export type JobEvent =
  | { readonly event: 'job'; readonly data: Job }
  | { readonly event: 'progress'; readonly data: ProgressUpdate }
  | { readonly event: 'metrics'; readonly data: EpochMetrics }
  | { readonly event: 'checkpoint' }
  | { readonly event: 'log' };

/** Null for an event of a newer server that this page does not know, and for broken data. */
export function readJobEvent(event: string, data: string): JobEvent | null {
  const value = objectIn(data);
  if (value === null) return null;
  switch (event) {
    case 'job':
      return 'state' in value && 'epochs' in value ? { event, data: value as Job } : null;
    case 'progress':
      return 'progress' in value ? { event, data: value as ProgressUpdate } : null;
    case 'metrics':
      return 'epoch' in value ? { event, data: value as EpochMetrics } : null;
    case 'checkpoint':
    case 'log':
      return { event };
    default:
      return null;
  }
}

function objectIn(data: string): object | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** The job after an event. The same event twice changes nothing: a reconnection may repeat some. */
export function applyJobEvent(job: JobDetails, event: JobEvent, id: string): JobDetails {
  const lastEventId = id === '' ? job.last_event_id : id;
  switch (event.event) {
    case 'job':
      return { ...job, ...event.data, last_event_id: lastEventId };
    case 'progress':
      return { ...job, ...event.data, last_event_id: lastEventId };
    case 'metrics':
      return { ...job, metrics: withEpoch(job.metrics, event.data), last_event_id: lastEventId };
    case 'checkpoint':
    case 'log':
      return { ...job, last_event_id: lastEventId };
  }
}

/** The epoch with the largest figure so far, the first of equal ones; null before there is one. */
export function bestOf({ metrics }: Pick<JobDetails, 'metrics'>): EpochMetrics | null {
  const valueOf = (one: EpochMetrics | null): number => one?.primary_value ?? -Infinity;
  return metrics.reduce<EpochMetrics | null>((best, one) => (valueOf(one) > valueOf(best) ? one : best), null);
}

/** An attempt that resumed may tell an epoch again: the newer word counts. */
function withEpoch(metrics: readonly EpochMetrics[], next: EpochMetrics): readonly EpochMetrics[] {
  return [...metrics.filter((one) => one.epoch !== next.epoch), next].sort((a, b) => a.epoch - b.epoch);
}
