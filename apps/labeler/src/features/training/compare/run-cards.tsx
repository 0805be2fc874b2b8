import { ActionIcon } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.js';
import { Icon } from '../../../ui/icons.js';
import { AnchorLink } from '../../../ui/links.js';
import { useKnownText } from '../../../ui/use-known-text.js';
import page from '../job-page.module.css';
import { StateBadge } from '../state-badge.js';
import { useLiveJob } from '../use-live-job.js';
import classes from './compare.module.css';
import { RunMark } from './run-mark.js';
import type { Run } from './use-runs.js';

interface CardsProps {
  readonly runs: readonly Run[];
  readonly onRemove: (id: string) => void;
}

/** Which runs these are, and how their lines look; those that are going on are followed from here. */
export function RunCards({ runs, onRemove }: CardsProps): ReactElement {
  const { t } = useTranslation();
  return (
    <ul className={classes.cards} aria-label={t('runs.list')}>
      {runs.map((run) => (
        <li key={run.job.id} className={classes.card}>
          <RunCard run={run} onRemove={() => onRemove(run.job.id)} />
        </li>
      ))}
    </ul>
  );
}

function RunCard({ run, onRemove }: { readonly run: Run; readonly onRemove: () => void }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const known = useKnownText();
  const { job } = run;
  const live = useLiveJob(job);
  return (
    <>
      <div className={classes.cardHead}>
        <RunMark run={run} />
        <ActionIcon variant="subtle" color="gray" aria-label={t('runs.remove', { letter: run.letter })} onClick={onRemove}>
          <Icon name="close" size={16} />
        </ActionIcon>
      </div>
      <AnchorLink to="/training/$jobId" params={{ jobId: job.id }} className={classes.name}>
        {job.dataset_name}
      </AnchorLink>
      <span className={classes.dim}>{known('model', job.model) ?? job.model}</span>
      <time className={classes.dim} dateTime={job.created_at}>
        {format.dateTime(job.created_at)}
      </time>
      <span className={classes.state}>
        <StateBadge state={job.state} />
        {live !== 'ended' && (
          <span className={page.live} data-status={live}>
            {t(`job.${live}`)}
          </span>
        )}
      </span>
    </>
  );
}
