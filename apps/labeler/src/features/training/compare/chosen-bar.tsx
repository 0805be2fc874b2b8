import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../../ui/links.js';
import bar from './chosen-bar.module.css';
import { FEWEST_RUNS, MOST_RUNS } from './run-search.js';

interface BarProps {
  readonly ids: readonly string[];
  readonly onClear: () => void;
}

/** What can be done with the chosen trainings; below the list while some are chosen. */
export function ChosenBar({ ids, onClear }: BarProps): ReactElement | null {
  const { t } = useTranslation();
  if (ids.length === 0) return null;
  return (
    <section className={bar.bar} aria-label={t('runs.chosenBar')}>
      <span role="status">{t('runs.chosen', { count: ids.length, most: MOST_RUNS })}</span>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
        {t('runs.clear')}
      </Button>
      <CompareLink ids={ids} />
    </section>
  );
}

/** Leads to the comparison; a button that rests as long as there are too few. */
export function CompareLink({ ids }: { readonly ids: readonly string[] }): ReactElement {
  const { t } = useTranslation();
  if (ids.length < FEWEST_RUNS) return <Button disabled>{t('runs.compare')}</Button>;
  return (
    <ButtonLink to="/training/compare" search={{ jobs: ids.join() }}>
      {t('runs.compare')}
    </ButtonLink>
  );
}
