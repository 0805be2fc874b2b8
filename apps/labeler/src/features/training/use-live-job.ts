import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { followEvents, type StreamStatus } from '../../api/event-stream.js';
import { isTerminal, jobQuery } from '../../api/queries.js';
import type { JobDetails } from '../../api/types.js';
import { applyJobEvent, readJobEvent } from './job-updates.js';

/**
 * Keeps a job's query up to date by its event stream, from where the first answer ended. A gap that the stream cannot fill (it was lost)
 * is filled by asking for the whole job again.
 */
export function useLiveJob(job: JobDetails): StreamStatus | 'ended' {
  const client = useQueryClient();
  const [status, setStatus] = useState<StreamStatus>('connecting');
  const ended = isTerminal(job.state);
  const { id } = job;
  useEffect(() => {
    if (ended) return;
    const { queryKey } = jobQuery(id);
    const stop = new AbortController();
    const current = (): JobDetails | undefined => client.getQueryData(queryKey);
    let wasLost = false;
    const follow = followEvents(`training/jobs/${id}/events`, {
      lastEventId: current()?.last_event_id ?? '0',
      signal: stop.signal,
      onStatus: (next) => {
        setStatus(next);
        if (next === 'live' && wasLost) void client.invalidateQueries({ queryKey });
        wasLost = next === 'lost';
      },
      goOn: () => !isTerminal(current()?.state ?? 'completed'),
      onEvent: ({ id: eventId, event, data }) => {
        const read = readJobEvent(event, data);
        if (read === null) return;
        client.setQueryData(queryKey, (before) => (before === undefined ? before : applyJobEvent(before, read, eventId)));
        if (read.event === 'checkpoint' || read.event === 'job') void client.invalidateQueries({ queryKey: ['job', id, 'checkpoints'] });
        if (read.event === 'log') void client.invalidateQueries({ queryKey: ['job', id, 'logs'] });
      },
    });
    // A refusal (the permission was taken away): the job's own query tells why.
    follow.catch(() => void client.invalidateQueries({ queryKey }));
    return () => stop.abort();
  }, [client, id, ended]);
  return ended ? 'ended' : status;
}
