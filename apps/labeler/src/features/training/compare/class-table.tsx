import { SegmentedControl } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.js';
import { Panel } from '../../../ui/panel.js';
import { bestOf } from '../job-updates.js';
import { bestPlaces } from './align-runs.js';
import { CLASS_FIGURES, classRows, type ClassFigure } from './class-rows.js';
import { RunTable } from './run-table.js';
import type { Run } from './use-runs.js';

/** Each run's best epoch by class; nothing where no run has such figures. */
export function ClassTable({ runs }: { readonly runs: readonly Run[] }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const [figure, setFigure] = useState<ClassFigure>('f1');
  const rows = classRows(
    runs.map((run) => ({ metrics: bestOf(run.job), names: run.classNames })),
    figure,
  );
  if (rows.length === 0) return null;
  return (
    <Panel
      title={t('runs.byClass')}
      aside={
        <SegmentedControl size="xs" aria-label={t('runs.figure')} value={figure} onChange={(value) => setFigure(CLASS_FIGURES.find((one) => one === value) ?? 'f1')} data={CLASS_FIGURES.map((value) => ({ value, label: t(`metric.${value}`) }))} />
      }
      flush
    >
      <RunTable label={t('runs.byClass')} corner={t('job.class')} runs={runs} rows={rows.map((row) => ({ key: row.name, label: row.name, cells: row.figures.map((one) => format.percent(one, 1)), best: bestPlaces(row.figures, false) }))} />
    </Panel>
  );
}
