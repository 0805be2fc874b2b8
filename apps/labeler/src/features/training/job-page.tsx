import { Button, Progress } from '@mantine/core';
import { showNote } from '../../ui/notes.js';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { StreamStatus } from '../../api/event-stream.js';
import { http } from '../../api/http.js';
import { problemOf } from '../../api/problem.js';
import { datasetQuery, isTerminal, jobQuery } from '../../api/queries.js';
import type { Job, JobDetails } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { NO_VALUE } from '../../i18n/format.js';
import { Confirm } from '../../ui/confirm.js';
import { Facts, Stats, type Fact } from '../../ui/facts.js';
import { Icon } from '../../ui/icons.js';
import { Notice } from '../../ui/notice.js';
import { PageHeader } from '../../ui/page-header.js';
import { Panel } from '../../ui/panel.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import { useKnownText } from '../../ui/use-known-text.js';
import { useNow } from '../../ui/use-now.js';
import { useProblemText } from '../../ui/use-problem-text.js';
import { CheckpointPanel, FinalModel } from './checkpoint-panel.js';
import { ConfusionPanel } from './confusion-panel.js';
import { CurvePanels } from './curve-panels.js';
import { JobLog } from './job-log.js';
import classes from './job-page.module.css';
import { secondsTaken } from './job-time.js';
import { bestOf } from './job-updates.js';
import { PerClassPanel } from './per-class-panel.js';
import { StateBadge } from './state-badge.js';
import { useLiveJob } from './use-live-job.js';
import { AnchorLink } from '../../ui/links.js';

const route = getRouteApi('/app/training/$jobId');

export function JobPage(): ReactElement {
  const { jobId } = route.useParams();
  const query = useQuery({ ...jobQuery(jobId), refetchOnMount: 'always' });
  if (query.isPending) return <LoadingState rows={3} height={160} />;
  if (query.isError) {
    return (
      <ErrorState error={query.error} order={1} onRetry={() => void query.refetch()}>
        <BackLink />
      </ErrorState>
    );
  }
  return <JobView key={jobId} job={query.data} />;
}

function JobView({ job }: { readonly job: JobDetails }): ReactElement {
  const live = useLiveJob(job);
  const dataset = useQuery(datasetQuery(job.dataset_id));
  const names = dataset.data?.classes.map((one) => one.name) ?? [];
  const last = job.metrics.at(-1);
  return (
    <>
      <PageHeader title={job.dataset_name} above={<BackLink />} subtitle={<Subtitle job={job} live={live} />}>
        <Actions job={job} />
      </PageHeader>
      <div className={classes.stack}>
        <Announcement job={job} />
        {job.failure !== null && <Failure failure={job.failure} />}
        {job.warnings.length > 0 && <Warnings job={job} />}
        <FinalModel job={job} />
        <ProgressPanel job={job} />
        <CurvePanels job={job} />
        {last !== undefined && (
          <div className={classes.pair}>
            <ConfusionPanel metrics={last} names={names} />
            <PerClassPanel metrics={last} names={names} />
          </div>
        )}
        <div className={classes.pair}>
          <CheckpointPanel job={job} />
          <div className={classes.stack}>
            <JobLog jobId={job.id} />
            <SettingsPanel job={job} />
          </div>
        </div>
      </div>
    </>
  );
}

/** Changes of state are said to a screen reader; the figures are not, they would never stop. */
function Announcement({ job }: { readonly job: Job }): ReactElement {
  const { t } = useTranslation();
  return (
    <p className={classes.stateText} aria-live="polite">
      {t(`stateText.${job.state}`)}
    </p>
  );
}

function BackLink(): ReactElement {
  const { t } = useTranslation();
  return (
    <AnchorLink to="/training" size="sm" w="fit-content">
      {t('nav.training')}
    </AnchorLink>
  );
}

function Subtitle({ job, live }: { readonly job: JobDetails; readonly live: StreamStatus | 'ended' }): ReactElement {
  const { t } = useTranslation();
  return (
    <span className={classes.subtitle}>
      <StateBadge state={job.state} />
      {live !== 'ended' && (
        <span className={classes.live} data-status={live}>
          {t(`job.${live}`)}
        </span>
      )}
      <span>{job.model}</span>
      {job.snapshot_version !== null && <span>{t('job.version', { version: job.snapshot_version })}</span>}
      {job.attempt > 1 && <span>{t('job.attempt', { count: job.attempt })}</span>}
      <AnchorLink to="/datasets/$datasetId" params={{ datasetId: job.dataset_id }}>
        {t('jobs.dataset')}
      </AnchorLink>
      {job.retry_of !== null && (
        <AnchorLink to="/training/$jobId" params={{ jobId: job.retry_of }}>
          {t('job.retryOf')}
        </AnchorLink>
      )}
    </span>
  );
}

function Actions({ job }: { readonly job: JobDetails }): ReactElement | null {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const [asking, setAsking] = useState(false);
  const fail = (error: unknown): void => void showNote({ color: 'red', title: t('problem.title'), message: problemText(problemOf(error)) });
  const cancel = useMutation({
    mutationFn: () => http.postOnce<Job>(`training/jobs/${job.id}/cancel`),
    onSuccess: (answer) => client.setQueryData(jobQuery(job.id).queryKey, (before) => (before === undefined ? before : { ...before, ...answer })),
    onError: fail,
    onSettled: () => setAsking(false),
  });
  const retry = useMutation({
    mutationFn: () => http.postOnce<Job>(`training/jobs/${job.id}/retry`),
    onSuccess: (next) => {
      showNote({ message: t('job.retried'), color: 'green' });
      void client.invalidateQueries({ queryKey: ['jobs'] });
      void navigate({ to: '/training/$jobId', params: { jobId: next.id } });
    },
    onError: fail,
  });
  if (job.state === 'failed' || job.state === 'cancelled') {
    return (
      <Button leftSection={<Icon name="retry" size={17} />} loading={retry.isPending} onClick={() => retry.mutate()}>
        {t('job.retry')}
      </Button>
    );
  }
  if (isTerminal(job.state) || job.state === 'cancelling') return null;
  return (
    <>
      <Button variant="default" leftSection={<Icon name="stop" size={17} />} onClick={() => setAsking(true)}>
        {t('job.cancel')}
      </Button>
      <Confirm opened={asking} title={t('job.cancelTitle')} text={t('job.cancelText')} confirm={t('job.cancelConfirm')} keep={t('job.keepRunning')} busy={cancel.isPending} onConfirm={() => cancel.mutate()} onClose={() => setAsking(false)} />
    </>
  );
}

function Failure({ failure }: { readonly failure: NonNullable<Job['failure']> }): ReactElement {
  const { t } = useTranslation();
  const known = useKnownText();
  return (
    <Notice tone="bad" title={t('job.failureTitle')} live>
      {known('failure', failure.code) ?? t('failure.other')}
      <span className={classes.failureDetail} lang="en">
        {failure.detail} <span className="mono">({failure.code})</span>
      </span>
    </Notice>
  );
}

function Warnings({ job }: { readonly job: Job }): ReactElement {
  const { t } = useTranslation();
  const known = useKnownText();
  return (
    <Notice tone="warn" title={t('job.warningsTitle')}>
      <ul>
        {job.warnings.map((one) => (
          <li key={one.code}>{known('condition', one.code) ?? one.message}</li>
        ))}
      </ul>
    </Notice>
  );
}

function ProgressPanel({ job }: { readonly job: JobDetails }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const known = useKnownText();
  const over = isTerminal(job.state);
  const best = bestOf(job);
  return (
    <Panel>
      {!over && (
        <div className={classes.progress}>
          <Progress size={10} radius="xl" value={job.progress * 100} striped={job.state === 'running'} animated={job.state === 'running'} aria-label={t('job.progressLabel')} />
          <span className={classes.percent}>{format.percent(job.progress)}</span>
        </div>
      )}
      <Stats
        items={[
          { label: t('job.epoch'), value: t('common.nOfN', { n: job.epoch, total: job.epochs }), note: over || job.phase === null ? undefined : (known('phase', job.phase) ?? job.phase) },
          { label: t('job.speed'), value: job.images_per_second === null ? NO_VALUE : format.count(Math.round(job.images_per_second)) },
          ...useTimes(job, over),
          ...(best === null
            ? []
            : [{ label: t('job.best', { metric: known('metric', best.primary_metric) ?? best.primary_metric }), value: format.percent(best.primary_value, 1), note: t('job.bestAt', { epoch: best.epoch }) }]),
        ]}
      />
    </Panel>
  );
}

/** What is left while it runs, what it took afterwards. */
function useTimes(job: Job, over: boolean): readonly (Fact & { readonly note?: string })[] {
  const { t } = useTranslation();
  const format = useFormat();
  const taken = secondsTaken(job, useNow(1_000));
  const text = (seconds: number | null): string => (seconds === null ? NO_VALUE : format.duration(seconds));
  const elapsed = { label: t('job.elapsed'), value: text(taken) };
  return over ? [elapsed] : [{ label: t('job.left'), value: text(job.seconds_left) }, elapsed];
}


function SettingsPanel({ job }: { readonly job: Job }): ReactElement {
  const { t } = useTranslation();
  const known = useKnownText();
  const text = (value: number | string | boolean): string => {
    if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no');
    return typeof value === 'string' ? (known('choice', value) ?? value) : String(value);
  };
  return (
    <Panel title={t('job.settings')}>
      <Facts items={Object.entries(job.hyperparameters).map(([name, value]) => ({ label: known('hyper', name) ?? name.replaceAll('_', ' '), value: text(value) }))} />
    </Panel>
  );
}
