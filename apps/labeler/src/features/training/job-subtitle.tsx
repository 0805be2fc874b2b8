import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { StreamStatus } from '../../api/event-stream.js';
import type { JobDetails } from '../../api/types.js';
import { AnchorLink } from '../../ui/links.js';
import { useKnownText } from '../../ui/use-known-text.js';
import classes from './job-page.module.css';
import { StateBadge } from './state-badge.js';

/** State, connection and where the training comes from. */
export function JobSubtitle({ job, live }: { readonly job: JobDetails; readonly live: StreamStatus | 'ended' }): ReactElement {
  const { t } = useTranslation();
  const known = useKnownText();
  return (
    <span className={classes.subtitle}>
      <StateBadge state={job.state} />
      {live !== 'ended' && (
        <span className={classes.live} data-status={live}>
          {t(`job.${live}`)}
        </span>
      )}
      <span>{known('model', job.model) ?? job.model}</span>
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
