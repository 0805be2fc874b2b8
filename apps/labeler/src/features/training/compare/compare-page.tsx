import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { BackLink } from '../../../ui/back-link.js';
import { ButtonLink } from '../../../ui/links.js';
import { Notice } from '../../../ui/notice.js';
import { PageHeader } from '../../../ui/page-header.js';
import { EmptyState, LoadingState } from '../../../ui/states.js';
import { useKnownText } from '../../../ui/use-known-text.js';
import { chosenRuns, FEWEST_RUNS, MOST_RUNS, type ChosenRuns } from './run-search.js';
import { ClassTable } from './class-table.js';
import classes from './compare.module.css';
import { ResultTable } from './result-table.js';
import { RunCards } from './run-cards.js';
import { RunCurves } from './run-curves.js';
import { SettingTable } from './setting-table.js';
import { useRuns, type LeftOutRun } from './use-runs.js';

const route = getRouteApi('/app/training/compare');

/** Two to five trainings beside each other: the address says which. */
export function ComparePage(): ReactElement {
  const { t } = useTranslation();
  const { jobs, x = 'epoch' } = route.useSearch();
  const navigate = route.useNavigate();
  const chosen = chosenRuns(jobs);
  const { pending, runs, leftOut, retry } = useRuns(chosen.ids);
  const remove = (id: string): void => void navigate({ search: (before) => ({ ...before, jobs: chosen.ids.filter((one) => one !== id).join() }), replace: true });
  return (
    <>
      <PageHeader title={t('runs.title')} above={<BackLink to="/training">{t('nav.training')}</BackLink>} subtitle={t('runs.subtitle')} />
      {pending && chosen.ids.length > 0 ? (
        <LoadingState rows={3} height={160} />
      ) : (
        <div className={classes.stack}>
          <LeftOut chosen={chosen} leftOut={leftOut} onRetry={retry} />
          {runs.length > 0 && <RunCards runs={runs} onRemove={remove} />}
          {runs.length < FEWEST_RUNS ? (
            <TooFew />
          ) : (
            <>
              <ResultTable runs={runs} />
              <RunCurves runs={runs} axis={x} onAxis={(next) => void navigate({ search: (before) => ({ ...before, x: next === 'epoch' ? undefined : next }), replace: true, resetScroll: false })} />
              <SettingTable runs={runs} />
              <ClassTable runs={runs} />
            </>
          )}
        </div>
      )}
    </>
  );
}

function TooFew(): ReactElement {
  const { t } = useTranslation();
  return (
    <EmptyState icon="training" title={t('runs.tooFewTitle')} text={t('runs.tooFewText', { least: FEWEST_RUNS, most: MOST_RUNS })}>
      <ButtonLink to="/training">{t('jobs.toList')}</ButtonLink>
    </EmptyState>
  );
}

interface LeftOutProps {
  readonly chosen: ChosenRuns;
  readonly leftOut: readonly LeftOutRun[];
  readonly onRetry: (() => void) | null;
}

/** Which runs of the address are not shown, and why. */
function LeftOut({ chosen, leftOut, onRetry }: LeftOutProps): ReactElement | null {
  const { t } = useTranslation();
  const known = useKnownText();
  const lines = [
    ...leftOut.map(({ id, code }) => ({ id, why: known('problemTitle', code) ?? known('problem', code) ?? t('problem.title') })),
    ...chosen.unreadable.map((id) => ({ id, why: t('runs.unreadable') })),
    ...chosen.beyond.map((id) => ({ id, why: t('runs.beyond', { most: MOST_RUNS }) })),
  ];
  if (lines.length === 0) return null;
  return (
    <Notice tone="warn" title={t('runs.leftOut')} live>
      <ul className={classes.leftOut}>
        {lines.map(({ id, why }) => (
          <li key={id}>
            <span className="mono">{id}</span>: {why}
          </li>
        ))}
      </ul>
      {onRetry !== null && (
        <Button size="compact-sm" variant="default" mt="xs" onClick={onRetry}>
          {t('common.tryAgain')}
        </Button>
      )}
    </Notice>
  );
}
