import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { jobsQuery } from '../../api/queries.js';
import { useFormat } from '../../i18n/use-format.js';
import { Panel } from '../../ui/panel.js';
import { ErrorState } from '../../ui/states.js';
import { useNow } from '../../ui/use-now.js';
import { StateBadge } from '../training/state-badge.js';
import classes from './dataset-jobs.module.css';

const SHOWN = 5;

export function DatasetJobs({ datasetId }: { readonly datasetId: string }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(30_000);
  const query = useInfiniteQuery(jobsQuery({ dataset: datasetId }));
  const jobs = query.data?.pages.flatMap((page) => page.items).slice(0, SHOWN) ?? [];
  return (
    <Panel title={t('dataset.jobs')}>
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && jobs.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('dataset.noJobs')}
        </Text>
      )}
      <ul className={classes.list}>
        {jobs.map((job) => (
          <li key={job.id}>
            <Link to="/training/$jobId" params={{ jobId: job.id }} className={classes.link}>
              <StateBadge state={job.state} />
              <span className={classes.text}>{t('common.nOfN', { n: job.epoch, total: job.epochs })}</span>
              <time className={classes.time} dateTime={job.created_at}>
                {format.ago(job.created_at, now)}
              </time>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
