import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { datasetQuery, isTerminal, jobQuery } from '../../api/queries.js';
import type { JobDetails } from '../../api/types.js';
import { BackLink } from '../../ui/back-link.js';
import { ButtonLink } from '../../ui/links.js';
import { PageHeader } from '../../ui/page-header.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import { CheckpointPanel } from './checkpoint-panel.js';
import { CompareWith } from './compare/compare-with.js';
import { ConfusionPanel } from './confusion-panel.js';
import { CurvePanels } from './curve-panels.js';
import { ExamplesPanel } from './examples/examples-panel.js';
import { FinalModel } from './final-model.js';
import { JobActions } from './job-actions.js';
import { JobLog } from './job-log.js';
import { JobAnnouncement, JobFailure, JobStateText, JobWarnings } from './job-notices.js';
import classes from './job-page.module.css';
import { JobProgress } from './job-progress.js';
import { JobSettings } from './job-settings.js';
import { JobSubtitle } from './job-subtitle.js';
import { PerClassPanel } from './per-class-panel.js';
import { useLiveJob } from './use-live-job.js';

const route = getRouteApi('/app/training/$jobId');

export function JobPage(): ReactElement {
  const { t } = useTranslation();
  const { jobId } = route.useParams();
  const query = useQuery({ ...jobQuery(jobId), refetchOnMount: 'always' });
  if (query.isPending) return <LoadingState rows={3} height={160} />;
  if (query.isError) {
    return (
      <ErrorState error={query.error} order={1} onRetry={() => void query.refetch()}>
        <ButtonLink to="/training">{t('jobs.toList')}</ButtonLink>
      </ErrorState>
    );
  }
  return <JobView key={jobId} job={query.data} />;
}

function JobView({ job }: { readonly job: JobDetails }): ReactElement {
  const { t } = useTranslation();
  const live = useLiveJob(job);
  return (
    <>
      <PageHeader title={job.dataset_name} above={<BackLink to="/training">{t('nav.training')}</BackLink>} subtitle={<JobSubtitle job={job} live={live} />}>
        <CompareWith job={job} />
        <JobActions job={job} />
      </PageHeader>
      <JobAnnouncement job={job} />
      <div className={classes.stack}>
        <JobStateText job={job} />
        {job.failure !== null && <JobFailure failure={job.failure} />}
        {job.warnings.length > 0 && <JobWarnings job={job} />}
        <FinalModel job={job} />
        <JobProgress job={job} />
        <CurvePanels job={job} />
        <Results job={job} />
        <ExamplesPanel job={job} />
        <div className={classes.pair}>
          <CheckpointPanel job={job} />
          <JobLog jobId={job.id} ended={isTerminal(job.state)} />
        </div>
        <JobSettings job={job} />
      </div>
    </>
  );
}

/** Which classes the model takes for which, once there is an epoch to judge by. */
function Results({ job }: { readonly job: JobDetails }): ReactElement | null {
  const dataset = useQuery(datasetQuery(job.dataset_id));
  const names = dataset.data?.classes.map((one) => one.name) ?? [];
  const last = job.metrics.at(-1);
  if (last === undefined) return null;
  return (
    <div className={classes.pair}>
      <ConfusionPanel metrics={last} names={names} />
      <PerClassPanel metrics={last} names={names} />
    </div>
  );
}
