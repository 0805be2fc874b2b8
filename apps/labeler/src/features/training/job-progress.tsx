import { Progress } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { isTerminal } from '../../api/queries.js';
import type { Job, JobDetails } from '../../api/types.js';
import { NO_VALUE } from '../../i18n/format.js';
import { useFormat } from '../../i18n/use-format.js';
import { Stats, type Fact } from '../../ui/facts.js';
import { Panel } from '../../ui/panel.js';
import { useKnownText } from '../../ui/use-known-text.js';
import { useNow } from '../../ui/use-now.js';
import classes from './job-page.module.css';
import { secondsTaken } from './job-time.js';
import { bestOf } from './job-updates.js';

type Stat = Fact & { readonly note?: string };

/** How far it is, how fast, how long, how good. */
export function JobProgress({ job }: { readonly job: JobDetails }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const known = useKnownText();
  const over = isTerminal(job.state);
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
          ...useBest(job),
        ]}
      />
    </Panel>
  );
}

/** What is left while it runs, what it took afterwards. */
function useTimes(job: Job, over: boolean): readonly Stat[] {
  const { t } = useTranslation();
  const format = useFormat();
  const taken = secondsTaken(job, useNow(1_000));
  const text = (seconds: number | null): string => (seconds === null ? NO_VALUE : format.duration(seconds));
  const elapsed = { label: t('job.elapsed'), value: text(taken) };
  return over ? [elapsed] : [{ label: t('job.left'), value: text(job.seconds_left) }, elapsed];
}

function useBest(job: JobDetails): readonly Stat[] {
  const { t } = useTranslation();
  const format = useFormat();
  const known = useKnownText();
  const best = bestOf(job);
  if (best === null) return [];
  return [{ label: t('job.best', { metric: known('metric', best.primary_metric) ?? best.primary_metric }), value: format.percent(best.primary_value, 1), note: t('job.bestAt', { epoch: best.epoch }) }];
}
