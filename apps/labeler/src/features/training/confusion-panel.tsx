import { Text } from '@mantine/core';
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { EpochMetrics } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Panel } from '../../ui/panel.js';
import classes from './confusion-panel.module.css';
import { confusionView } from './confusion-view.js';

/** A larger matrix is no picture any more. */
const MOST_CLASSES = 24;

interface ConfusionProps {
  readonly metrics: EpochMetrics;
  /** By contiguous index; may be empty while they load. */
  readonly names: readonly string[];
}

export function ConfusionPanel({ metrics, names }: ConfusionProps): ReactElement | null {
  const { t } = useTranslation();
  const matrix = metrics.confusion_matrix;
  const view = useMemo(() => (matrix === undefined ? null : confusionView(matrix, MOST_CLASSES)), [matrix]);
  if (view === null || view.total === 0) return null;
  const nameOf = (index: number): string => names[index] ?? String(index);
  return (
    <Panel title={t('job.confusion')}>
      <Text size="sm" c="dimmed" mb="sm">
        {t('job.confusionHint', { epoch: metrics.epoch })} {view.shown.length < view.total && t('job.confusionCut', { shown: view.shown.length, total: view.total })}
      </Text>
      <div className={classes.scroll} tabIndex={0} role="group" aria-label={t('job.confusion')}>
        <table className={classes.matrix} data-dense={view.shown.length > 12}>
          <thead>
            <tr>
              <th scope="col" className={classes.corner}>
                {t('job.truth')}
              </th>
              {view.shown.map((index) => (
                <th key={index} scope="col" title={nameOf(index)}>
                  <span>{nameOf(index)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.rows.map((row) => (
              <tr key={row.index}>
                <th scope="row" title={nameOf(row.index)}>
                  {nameOf(row.index)}
                </th>
                {row.cells.map((cell, column) => (
                  <Cell key={column} {...cell} hit={view.shown[column] === row.index} label={t('job.confusionCell', { truth: nameOf(row.index), said: nameOf(view.shown[column] ?? 0), count: cell.count, total: row.support })} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

interface CellProps {
  readonly count: number;
  readonly share: number;
  readonly hit: boolean;
  readonly label: string;
}

/** The tint stays pale enough for the page's text colour to be read on it. */
const STRONGEST_TINT = 0.42;

function Cell({ count, share, hit, label }: CellProps): ReactElement {
  const format = useFormat();
  const tint = count === 0 ? undefined : `rgba(var(${hit ? '--heat' : '--heat-miss'}), ${(0.08 + share * (STRONGEST_TINT - 0.08)).toFixed(3)})`;
  return (
    <td title={label} data-hit={hit} data-empty={count === 0} style={{ background: tint }}>
      {format.count(count)}
    </td>
  );
}
