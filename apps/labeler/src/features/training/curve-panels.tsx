import { Button, Table, Text } from '@mantine/core';
import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { isTerminal } from '../../api/queries.js';
import type { EpochMetrics, JobDetails } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Panel } from '../../ui/panel.js';
import { useKnownText } from '../../ui/use-known-text.js';
import classes from './curve-panels.module.css';
import { LineChart, type Series } from './line-chart.js';
import { drawnOf } from './smoothing.js';
import { SmoothingSlider } from './smoothing-slider.js';

const DASHED = [7, 4] as const;

/** Loss and the figure that counts, live, as curves and as numbers. */
export function CurvePanels({ job }: { readonly job: JobDetails }): ReactElement {
  const { t } = useTranslation();
  const known = useKnownText();
  const { metrics } = job;
  const ended = isTerminal(job.state);
  const metric = metrics.at(-1)?.primary_metric ?? 'accuracy';
  const metricText = known('metric', metric) ?? metric;
  const [numbers, setNumbers] = useState(false);
  const x = useMemo(() => metrics.map((one) => one.epoch), [metrics]);
  const [smoothing, setSmoothing] = useState(0);
  const loss = useMemo<readonly Series[]>(() => {
    const train = metrics.map((one) => one.train_loss);
    const val = metrics.map((one) => one.val_loss);
    return [
      { label: t('job.trainLoss'), colorVariable: '--chart-a', values: train, drawn: drawnOf(train, smoothing) },
      { label: t('job.valLoss'), colorVariable: '--chart-b', dash: DASHED, values: val, drawn: drawnOf(val, smoothing) },
    ];
  }, [metrics, smoothing, t]);
  const score = useMemo<readonly Series[]>(() => {
    const values = metrics.map((one) => one.primary_value);
    return [{ label: metricText, colorVariable: '--chart-c', values, drawn: drawnOf(values, smoothing) }];
  }, [metrics, metricText, smoothing]);
  return (
    <>
      <div className={classes.pair}>
        <Panel title={t('job.lossTitle')} aside={metrics.length > 2 && <SmoothingSlider value={smoothing} onChange={setSmoothing} />}>
          <Curve title={t('job.lossTitle')} x={x} series={loss} kind="loss" ended={ended} />
        </Panel>
        <Panel
          title={metricText}
          aside={
            metrics.length > 0 && (
              <Button size="compact-sm" variant="subtle" aria-expanded={numbers} onClick={() => setNumbers(!numbers)}>
                {t('job.numbers')}
              </Button>
            )
          }
        >
          <Curve title={metricText} x={x} series={score} kind="share" ended={ended} />
        </Panel>
      </div>
      {numbers && <NumbersTable metrics={metrics} metric={metricText} />}
    </>
  );
}

interface CurveProps {
  readonly title: string;
  readonly x: readonly number[];
  readonly series: readonly Series[];
  readonly kind: 'loss' | 'share';
  readonly ended: boolean;
}

const UNIT_RANGE: readonly [number, number] = [0, 1];

function Curve({ title, x, series, kind, ended }: CurveProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  if (x.length === 0) {
    return (
      <div className={classes.empty}>
        <Text c="dimmed" size="sm">
          {t(ended ? 'job.noMetricsEnded' : 'job.noMetrics')}
        </Text>
      </div>
    );
  }
  const formatY = (value: number | null): string => (kind === 'share' ? format.percent(value, 1) : format.decimal(value, 3));
  const values = series.map((one) => `${one.label} ${formatY(one.values.at(-1) ?? null)}`).join(', ');
  return (
    <LineChart
      x={x}
      series={series}
      label={t('job.chartLabel', { title, count: x.length, values })}
      formatX={(value) => `${t('job.epoch')} ${format.count(value)}`}
      formatY={formatY}
      formatAxisX={format.count}
      formatAxisY={(value) => (kind === 'share' ? format.percent(value) : format.decimal(value, 2))}
      yRange={kind === 'share' ? UNIT_RANGE : undefined}
    />
  );
}

function NumbersTable({ metrics, metric }: { readonly metrics: readonly EpochMetrics[]; readonly metric: string }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Panel title={t('job.numbersTitle')} flush>
      <div className={classes.scroll} tabIndex={0} role="group" aria-label={t('job.numbersTitle')}>
        <Table className={classes.numbers}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('job.epoch')}</Table.Th>
              <Table.Th>{t('job.trainLoss')}</Table.Th>
              <Table.Th>{t('job.valLoss')}</Table.Th>
              <Table.Th>{metric}</Table.Th>
              <Table.Th>{t('job.learningRate')}</Table.Th>
              <Table.Th>{t('job.speed')}</Table.Th>
              <Table.Th>{t('job.seconds')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...metrics].reverse().map((one) => (
              <Table.Tr key={one.epoch} title={one.non_finite === true ? t('job.notFinite') : undefined}>
                <Table.Td>{format.count(one.epoch)}</Table.Td>
                <Table.Td>{format.decimal(one.train_loss, 4)}</Table.Td>
                <Table.Td>{format.decimal(one.val_loss, 4)}</Table.Td>
                <Table.Td>{format.percent(one.primary_value, 2)}</Table.Td>
                <Table.Td>{format.decimal(one.learning_rate, 6)}</Table.Td>
                <Table.Td>{format.count(Math.round(one.images_per_second))}</Table.Td>
                <Table.Td>{format.decimal(one.wall_seconds, 1)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Panel>
  );
}
