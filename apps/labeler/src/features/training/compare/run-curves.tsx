import { Button, SegmentedControl } from '@mantine/core';
import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { NO_VALUE } from '../../../i18n/format.js';
import { useFormat } from '../../../i18n/use-format.js';
import { Panel } from '../../../ui/panel.js';
import pairs from '../curve-panels.module.css';
import { LineChart, type Series, type XAxis } from '../line-chart.js';
import { drawnOf } from '../smoothing.js';
import { SmoothingSlider } from '../smoothing-slider.js';
import { alignRuns, isLoss, type AlignedRuns, type Measure } from './align-runs.js';
import classes from './compare.module.css';
import type { RunsAxis } from './run-search.js';
import { RunTable } from './run-table.js';
import { useMeasures } from './use-measures.js';
import type { Run } from './use-runs.js';

const UNIT_RANGE: readonly [number, number] = [0, 1];
const SECONDS: XAxis = { from: 0, steps: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400] };

interface CurvesProps {
  readonly runs: readonly Run[];
  readonly axis: RunsAxis;
  readonly onAxis: (axis: RunsAxis) => void;
}

/** A chart a measure, with every run in it. */
export function RunCurves({ runs, axis, onAxis }: CurvesProps): ReactElement {
  const { t } = useTranslation();
  const [smoothing, setSmoothing] = useState(0);
  const { all } = useMeasures(runs);
  return (
    <section aria-label={t('runs.curves')} className={classes.stack}>
      <div className={classes.controls}>
        <SegmentedControl
          size="xs"
          aria-label={t('runs.axis')}
          value={axis}
          onChange={(value) => onAxis(value === 'seconds' ? 'seconds' : 'epoch')}
          data={[
            { value: 'epoch', label: t('runs.byEpoch') },
            { value: 'seconds', label: t('runs.bySeconds') },
          ]}
        />
        <SmoothingSlider value={smoothing} onChange={setSmoothing} />
      </div>
      <div className={`${pairs.pair} ${classes.charts}`}>
        {all.map((measure) => (
          <MeasurePanel key={measure} measure={measure} runs={runs} axis={axis} smoothing={smoothing} />
        ))}
      </div>
    </section>
  );
}

interface MeasureProps {
  readonly measure: Measure;
  readonly runs: readonly Run[];
  readonly axis: RunsAxis;
  readonly smoothing: number;
}

/** One measure as curves, or as the same figures in a table. */
function MeasurePanel({ measure, runs, axis, smoothing }: MeasureProps): ReactElement {
  const { t } = useTranslation();
  const [numbers, setNumbers] = useState(false);
  const { nameOf } = useMeasures(runs);
  const title = nameOf(measure);
  const aligned = useMemo(() => alignRuns(runs.map((run) => run.job.metrics), measure, axis), [runs, measure, axis]);
  const empty = aligned.figures.every((one) => one.every((figure) => figure == null));
  return (
    <Panel
      title={title}
      aside={
        !empty && (
          <Button size="compact-sm" variant="subtle" aria-expanded={numbers} aria-label={t('runs.numbersOf', { title })} onClick={() => setNumbers(!numbers)}>
            {t('job.numbers')}
          </Button>
        )
      }
    >
      {empty ? <p className={classes.dim}>{t('runs.noFigures')}</p> : <MeasureChart measure={measure} runs={runs} axis={axis} smoothing={smoothing} aligned={aligned} />}
      {numbers && !empty && <MeasureTable measure={measure} runs={runs} axis={axis} aligned={aligned} />}
    </Panel>
  );
}

function MeasureChart({ measure, runs, axis, smoothing, aligned }: MeasureProps & { readonly aligned: AlignedRuns }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { nameOf, formatOf } = useMeasures(runs);
  const formatY = formatOf(measure);
  const series = useMemo<readonly Series[]>(
    () =>
      runs.map((run, index) => {
        const values = aligned.figures[index] ?? [];
        return { label: `${run.letter} ${run.job.dataset_name}`, colorVariable: run.colorVariable, dash: run.dash, values, drawn: drawnOf(values, smoothing) };
      }),
    [runs, aligned, smoothing],
  );
  const values = series.map((one) => `${one.label} ${formatY(one.values.findLast((figure) => typeof figure === 'number') ?? null)}`).join(', ');
  return (
    <LineChart
      x={aligned.x}
      series={series}
      label={t(axis === 'epoch' ? 'runs.chartByEpoch' : 'runs.chartBySeconds', { title: nameOf(measure), values })}
      formatX={(value) => (axis === 'epoch' ? `${t('job.epoch')} ${format.count(value)}` : format.duration(value))}
      formatY={formatY}
      formatAxisX={axis === 'epoch' ? format.count : format.duration}
      formatAxisY={(value) => (isLoss(measure) ? format.decimal(value, 2) : format.percent(value))}
      yRange={isLoss(measure) ? undefined : UNIT_RANGE}
      xAxis={axis === 'epoch' ? undefined : SECONDS}
      restText={t('runs.last')}
    />
  );
}

function MeasureTable({ measure, runs, axis, aligned }: Omit<MeasureProps, 'smoothing'> & { readonly aligned: AlignedRuns }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { nameOf, formatOf } = useMeasures(runs);
  const formatY = formatOf(measure, true);
  const rows = aligned.x.map((x, at) => ({
    key: String(x),
    label: axis === 'epoch' ? format.count(x) : format.decimal(x, 1),
    cells: aligned.figures.map((one) => (one[at] === undefined ? NO_VALUE : formatY(one[at]))),
  }));
  return <RunTable label={t('runs.numbersOf', { title: nameOf(measure) })} corner={t(axis === 'epoch' ? 'job.epoch' : 'job.seconds')} runs={runs} rows={rows} />;
}
