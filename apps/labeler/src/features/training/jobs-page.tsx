import { Progress, Select } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { isTerminal, jobsQuery } from '../../api/queries.js';
import { JOB_STATES, type Job } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { LoadMore } from '../../ui/load-more.js';
import { PageHeader } from '../../ui/page-header.js';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.js';
import { useKnownText } from '../../ui/use-known-text.js';
import { useNow } from '../../ui/use-now.js';
import { ChosenBar } from './compare/chosen-bar.js';
import { RunChoice } from './compare/run-choice.js';
import classes from './jobs-page.module.css';
import { secondsTaken } from './job-time.js';
import { StateBadge } from './state-badge.js';
import { ButtonLink } from '../../ui/links.js';
import { WorkersPanel } from './workers/workers-panel.js';

const route = getRouteApi('/app/training');

export function JobsPage(): ReactElement {
  const { t } = useTranslation();
  const { state } = route.useSearch();
  const navigate = useNavigate();
  return (
    <>
      <PageHeader title={t('jobs.title')} subtitle={t('jobs.subtitle')}>
        <Select
          aria-label={t('jobs.stateFilter')}
          value={state ?? ''}
          allowDeselect={false}
          data={[{ value: '', label: t('jobs.allStates') }, ...JOB_STATES.map((one) => ({ value: one, label: t(`state.${one}`) }))]}
          onChange={(value) => void navigate({ to: '/training', search: (before) => ({ ...before, state: JOB_STATES.find((one) => one === value) }) })}
        />
      </PageHeader>
      <JobList />
      <WorkersPanel />
    </>
  );
}

function JobList(): ReactElement {
  const { t } = useTranslation();
  const filter = route.useSearch();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const query = useInfiniteQuery(jobsQuery(filter));
  if (query.isPending) return <LoadingState rows={5} height={72} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const jobs = query.data.pages.flatMap((page) => page.items);
  if (jobs.length === 0 && filter.state === undefined && filter.dataset === undefined) {
    return (
      <EmptyState icon="training" title={t('jobs.emptyTitle')} text={t('jobs.emptyText')}>
        <ButtonLink to="/datasets">
          {t('jobs.toDatasets')}
        </ButtonLink>
      </EmptyState>
    );
  }
  if (jobs.length === 0) {
    return (
      <EmptyState icon="search" title={t('datasets.noneFoundTitle')} text={t('jobs.noneInState')}>
        <ButtonLink variant="default" to="/training" search={{}}>
          {t('jobs.showAll')}
        </ButtonLink>
      </EmptyState>
    );
  }
  return (
    <>
      <ul className={classes.list}>
        {jobs.map((job) => (
          <li key={job.id}>
            <JobRow job={job} chosen={chosen} onChosen={setChosen} />
          </li>
        ))}
      </ul>
      <LoadMore query={query} />
      <ChosenBar ids={chosen} onClear={() => setChosen([])} />
    </>
  );
}

interface RowProps {
  readonly job: Job;
  readonly chosen: readonly string[];
  readonly onChosen: (ids: readonly string[]) => void;
}

function JobRow({ job, chosen, onChosen }: RowProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(5_000);
  const known = useKnownText();
  const taken = secondsTaken(job, now);
  return (
    <article className={classes.row} data-chosen={chosen.includes(job.id)}>
      <RunChoice job={job} chosen={chosen} onChosen={onChosen} className={classes.choice} />
      <div className={classes.what}>
        <Link to="/training/$jobId" params={{ jobId: job.id }} className={classes.link}>
          {job.dataset_name}
        </Link>
        <span className={classes.dim}>{known('model', job.model) ?? job.model}</span>
      </div>
      <div>
        <StateBadge state={job.state} />
      </div>
      <div className={classes.progress}>
        <span className={classes.dim}>
          {t('job.epoch')} {t('common.nOfN', { n: job.epoch, total: job.epochs })}
        </span>
        {!isTerminal(job.state) && <Progress size="sm" value={job.progress * 100} aria-label={t('job.progressLabel')} />}
        {job.failure !== null && <FailureLine code={job.failure.code} />}
      </div>
      <div className={classes.times}>
        <time dateTime={job.created_at} title={format.dateTime(job.created_at)}>
          {format.ago(job.created_at, now)}
        </time>
        {taken !== null && <span className={classes.dim}>{format.duration(taken)}</span>}
      </div>
    </article>
  );
}

function FailureLine({ code }: { readonly code: string }): ReactElement {
  const { t } = useTranslation();
  const known = useKnownText();
  return <span className={classes.bad}>{known('failure', code) ?? t('failure.other')}</span>;
}
