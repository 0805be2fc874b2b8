import { Switch, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { logsAfter } from '../../api/queries.js';
import type { LogLine } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Panel } from '../../ui/panel.js';
import { ErrorState } from '../../ui/states.js';
import classes from './job-log.module.css';

/** More lines than this would make the page slow; the API has them all. */
const SHOWN_LINES = 500;

export function JobLog({ jobId, ended }: { readonly jobId: string; readonly ended: boolean }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useLog(jobId);
  const [follow, setFollow] = useState(true);
  const box = useRef<HTMLDivElement>(null);
  const lines = (query.data ?? []).slice(-SHOWN_LINES);
  const lastSeq = lines.at(-1)?.seq;
  useEffect(() => {
    if (follow && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [follow, lastSeq]);
  return (
    <Panel title={t('job.logs')} aside={<Switch size="sm" label={t('job.follow')} checked={follow} onChange={(event) => setFollow(event.currentTarget.checked)} />}>
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && lines.length === 0 && (
        <Text size="sm" c="dimmed">
          {t(ended ? 'job.noLogsEnded' : 'job.noLogs')}
        </Text>
      )}
      {lines.length > 0 && (
        <div ref={box} className={classes.box} tabIndex={0} role="log" aria-label={t('job.logs')} aria-live="off" lang="en">
          {lines.map((line) => (
            <div key={line.seq} className={classes.line}>
              <time dateTime={line.at}>{format.time(line.at)}</time>
              <span>{line.line}</span>
            </div>
          ))}
        </div>
      )}
    </Panel>
  );
}

/** Asks only for what came since the last line known. */
function useLog(jobId: string) {
  const client = useQueryClient();
  const queryKey = ['job', jobId, 'logs'] as const;
  return useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<readonly LogLine[]> => {
      const before = client.getQueryData<readonly LogLine[]>(queryKey) ?? [];
      const added = await logsAfter(jobId, before.at(-1)?.seq ?? 0, signal);
      return [...before, ...added];
    },
  });
}
