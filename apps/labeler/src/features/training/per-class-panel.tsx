import { Table } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { EpochMetrics } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Panel } from '../../ui/panel.js';
import classes from './per-class-panel.module.css';

interface PerClassProps {
  readonly metrics: EpochMetrics;
  readonly names: readonly string[];
}

/** The weakest class first: that is where to look. */
export function PerClassPanel({ metrics, names }: PerClassProps): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const rows = metrics.per_class?.map((row, index) => ({ ...row, name: names[index] ?? String(row.class_id) })) ?? [];
  if (rows.length === 0) return null;
  const sorted = [...rows].sort((a, b) => (a.f1 ?? -1) - (b.f1 ?? -1));
  return (
    <Panel title={t('job.perClass')} flush>
      <div className={classes.scroll} tabIndex={0} role="group" aria-label={t('job.perClass')}>
        <Table className={classes.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('job.class')}</Table.Th>
              <Table.Th>{t('metric.precision')}</Table.Th>
              <Table.Th>{t('metric.recall')}</Table.Th>
              <Table.Th>{t('metric.f1')}</Table.Th>
              <Table.Th>{t('job.support')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sorted.map((row) => (
              <Table.Tr key={row.class_id}>
                <Table.Td>{row.name}</Table.Td>
                <Table.Td>{format.percent(row.precision, 1)}</Table.Td>
                <Table.Td>{format.percent(row.recall, 1)}</Table.Td>
                <Table.Td>
                  <span className={classes.f1}>
                    <span className={classes.bar} aria-hidden="true">
                      <span style={{ width: `${(row.f1 ?? 0) * 100}%` }} />
                    </span>
                    {format.percent(row.f1, 1)}
                  </span>
                </Table.Td>
                <Table.Td>{format.count(row.support)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Panel>
  );
}
