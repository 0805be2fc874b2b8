import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { NO_VALUE } from '../../../i18n/format.js';
import { useFormat } from '../../../i18n/use-format.js';
import { Panel } from '../../../ui/panel.js';
import { useNow } from '../../../ui/use-now.js';
import { secondsTaken } from '../job-time.js';
import { bestEpoch, bestPlaces, figureOf, isLoss, throughput, type Measure } from './align-runs.js';
import classes from './compare.module.css';
import { RunTable, type RunRow } from './run-table.js';
import { useMeasures } from './use-measures.js';
import type { Run } from './use-runs.js';

/** The best of each run, how long it took and how fast it was. */
export function ResultTable({ runs }: { readonly runs: readonly Run[] }): ReactElement {
  const { t } = useTranslation();
  const measures = useMeasures(runs);
  const rows = [...measures.all.map((measure) => bestRow(runs, measure)), ...useCourseRows(runs)];
  return (
    <Panel title={t('runs.results')} flush>
      <RunTable label={t('runs.results')} corner={t('runs.figure')} runs={runs} rows={rows} />
    </Panel>
  );

  function bestRow(of: readonly Run[], measure: Measure): RunRow {
    const epochs = of.map((run) => bestEpoch(run.job.metrics, measure));
    const figures = epochs.map((one) => (one === null ? null : figureOf(one, measure)));
    const format = measures.formatOf(measure, true);
    const cells = epochs.map((one, index) =>
      one === null ? (
        NO_VALUE
      ) : (
        <>
          {format(figures[index] ?? null)} <span className={classes.at}>{t('job.bestAt', { epoch: one.epoch })}</span>
        </>
      ),
    );
    return { key: measure, label: t('job.best', { metric: measures.nameOf(measure) }), cells, best: bestPlaces(figures, isLoss(measure)) };
  }
}

/** How far, how long, how fast. */
function useCourseRows(runs: readonly Run[]): readonly RunRow[] {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(1_000);
  const seconds = runs.map((run) => secondsTaken(run.job, now));
  const speeds = runs.map((run) => throughput(run.job.metrics) ?? run.job.images_per_second);
  return [
    { key: 'epochs', label: t('job.epoch'), cells: runs.map(({ job }) => t('common.nOfN', { n: job.epoch, total: job.epochs })) },
    { key: 'elapsed', label: t('job.elapsed'), cells: seconds.map((one) => (one === null ? NO_VALUE : format.duration(one))) },
    { key: 'speed', label: t('job.speed'), cells: speeds.map((one) => (one === null ? NO_VALUE : format.count(Math.round(one)))), best: bestPlaces(speeds, false) },
  ];
}
