import { VisuallyHidden } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LineSample } from '../line-chart.js';
import classes from './compare.module.css';
import type { Run } from './use-runs.js';

/** A run's letter and its line; who hears the page hears its dataset too. */
export function RunMark({ run }: { readonly run: Run }): ReactElement {
  const { t } = useTranslation();
  return (
    <span className={classes.mark}>
      <VisuallyHidden>{t('runs.runOf', { letter: run.letter, dataset: run.job.dataset_name })}</VisuallyHidden>
      <span aria-hidden="true">{run.letter}</span>
      <LineSample colorVariable={run.colorVariable} dash={run.dash} />
    </span>
  );
}
