import { Button, Group } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { cleanUpsQuery, runCleanUp } from '../../api/cost-queries.js';
import type { CleanUp } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Notice } from '../../ui/notice.js';
import { showNote, useFailNote } from '../../ui/notes.js';
import { Panel } from '../../ui/panel.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import { ToneBadge, type Tone } from '../../ui/tone-badge.js';
import { useKnownText } from '../../ui/use-known-text.js';
import { useNow } from '../../ui/use-now.js';
import styles from './settings.module.css';

/** What is removed by the clock: when it ran, what it would remove now, and a dry run. */
export function CleanUpsPanel(): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(cleanUpsQuery);
  const hold = query.data?.hold ?? null;
  return (
    <Panel title={t('cleanUps.title')}>
      <p className={styles.when}>{t('cleanUps.subtitle')}</p>
      {query.isPending && <LoadingState rows={3} height={48} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {hold !== null && (
        <Notice tone="warn" icon="key">
          {t('cleanUps.hold', { kind: hold.kind, until: format.dateTime(hold.until) })}
        </Notice>
      )}
      <ul className={styles.checks}>
        {query.data?.items.map((one) => (
          <Job key={one.name} job={one} />
        ))}
      </ul>
    </Panel>
  );
}

function Job({ job }: { readonly job: CleanUp }): ReactElement {
  const { t } = useTranslation();
  const known = useKnownText();
  const [planned, setPlanned] = useState<CleanUp['would_remove']>(null);
  const run = useRun(job.name, setPlanned);
  const name = known('cleanUp', job.name) ?? job.name;
  return (
    <li data-clean-up={job.name}>
      <ToneBadge tone={toneOf(job)}>{t(job.state === 'idle' && job.outcome === 'failed' ? 'cleanUps.failed' : `cleanUps.states.${job.state}`)}</ToneBadge>
      <div className={styles.check}>
        <strong>{name}</strong>
        <Runs job={job} wouldRemove={planned ?? job.would_remove} />
        <Group gap="xs">
          <Button size="compact-sm" variant="subtle" loading={run.isPending && run.variables} onClick={() => run.mutate(true)} aria-label={t('cleanUps.dryRunOf', { name })}>
            {t('cleanUps.dryRun')}
          </Button>
          <Button size="compact-sm" variant="subtle" disabled={job.state !== 'idle'} loading={run.isPending && !run.variables} onClick={() => run.mutate(false)} aria-label={t('cleanUps.runOf', { name })}>
            {t('cleanUps.run')}
          </Button>
        </Group>
      </div>
    </li>
  );
}

function Runs({ job, wouldRemove }: { readonly job: CleanUp; readonly wouldRemove: CleanUp['would_remove'] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(30_000);
  const amount = useAmount();
  return (
    <>
      <span>{t('cleanUps.kept', { time: format.duration(job.keeps_seconds) })}</span>
      <span>
        {job.finished_at === null ? t('cleanUps.never') : t('cleanUps.last', { ago: format.ago(job.finished_at, now), amount: amount(job.removed) })}
        {wouldRemove !== null && ` ${t('cleanUps.would', { amount: amount(wouldRemove) })}`}
      </span>
      {job.outcome === 'failed' && job.failure !== null && (
        <span className={styles.advice} lang="en">
          {job.failure}
        </span>
      )}
    </>
  );
}

function toneOf({ state, outcome }: CleanUp): Tone {
  if (state === 'running') return 'run';
  if (state === 'held' || outcome === 'failed') return 'warn';
  return 'idle';
}

function useAmount(): (amount: { readonly count: number; readonly bytes: number | null }) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return ({ count, bytes }) => (bytes === null || bytes === 0 ? t('cleanUps.count', { count }) : t('cleanUps.countBytes', { count, bytes: format.bytes(bytes) }));
}

/** True: only to see what it would remove. */
function useRun(name: string, onPlanned: (amount: CleanUp['would_remove']) => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (isDry: boolean) => runCleanUp(name, isDry),
    onSuccess: (answer) => {
      onPlanned(answer.would_remove);
      if (!answer.dry_run) showNote({ message: t('cleanUps.began'), color: 'green' });
      void client.invalidateQueries({ queryKey: cleanUpsQuery.queryKey });
    },
    onError: useFailNote(),
  });
}
