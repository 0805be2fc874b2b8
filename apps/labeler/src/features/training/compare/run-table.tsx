import { Table, VisuallyHidden } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './compare.module.css';
import { RunMark } from './run-mark.js';
import type { Run } from './use-runs.js';

export interface RunRow {
  readonly key: string;
  readonly label: string;
  /** One for each run. */
  readonly cells: readonly ReactNode[];
  /** Which of them are the best. */
  readonly best?: readonly number[];
}
interface TableProps {
  readonly label: string;
  readonly corner: string;
  readonly runs: readonly Run[];
  readonly rows: readonly RunRow[];
}

/** A column a run; scrolls by itself where it is wider or taller than its place. */
export function RunTable({ label, corner, runs, rows }: TableProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={label}>
      <Table className={classes.table} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{corner}</Table.Th>
            {runs.map((run) => (
              <Table.Th key={run.job.id} scope="col">
                <RunMark run={run} />
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Th scope="row">{row.label}</Table.Th>
              {row.cells.map((cell, index) => (
                <Table.Td key={runs[index]?.job.id} data-best={row.best?.includes(index)}>
                  {cell}
                  {row.best?.includes(index) === true && <VisuallyHidden> ({t('job.bestMark')})</VisuallyHidden>}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
