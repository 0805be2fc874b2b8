import { VisuallyHidden } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Job, JobDetails } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Notice } from '../../ui/notice.js';
import { useKnownText } from '../../ui/use-known-text.js';
import classes from './job-page.module.css';
import { milestoneOf } from './job-time.js';

/** Changes of state and each quarter of the way are said to a screen reader; the figures are not, they would never stop. */
export function JobAnnouncement({ job }: { readonly job: Job }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const milestone = job.state === 'running' ? milestoneOf(job.progress) : 0;
  return (
    <VisuallyHidden role="status">
      {t(`stateText.${job.state}`)} {milestone > 0 && t('job.milestone', { percent: format.percent(milestone) })}
    </VisuallyHidden>
  );
}

/** What the state means; silent where a notice says more. */
export function JobStateText({ job }: { readonly job: Job }): ReactElement | null {
  const { t } = useTranslation();
  const { queue_position: position, waits_for: reason } = job;
  if (job.failure !== null || job.final_model !== null) return null;
  return (
    <p className={classes.stateText} aria-hidden="true">
      {t(`stateText.${job.state}`)} {position !== null && t('job.queuePosition', { position })} {reason !== null && t(`job.waitsFor.${reason}`)}
    </p>
  );
}

export function JobFailure({ failure }: { readonly failure: NonNullable<JobDetails['failure']> }): ReactElement {
  const { t } = useTranslation();
  const known = useKnownText();
  return (
    <Notice tone="bad" title={t('job.failureTitle')} live>
      {known('failure', failure.code) ?? t('failure.other')}
      <span className={classes.failureDetail} lang="en">
        {failure.detail} <span className="mono">({failure.code})</span>
      </span>
      {failure.log_tail !== undefined && failure.log_tail.length > 0 && (
        <pre className={classes.logTail} lang="en" tabIndex={0} aria-label={t('job.lastLines')}>
          {failure.log_tail.join('\n')}
        </pre>
      )}
    </Notice>
  );
}

export function JobWarnings({ job }: { readonly job: Job }): ReactElement {
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
