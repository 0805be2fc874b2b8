import { Table } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Job } from '../../../api/types.js';
import { useFormat } from '../../../i18n/use-format.js';
import { AnchorLink } from '../../../ui/links.js';
import { useNow } from '../../../ui/use-now.js';
import classes from './workers.module.css';

/** What waits for the workers of a pool: whose turn is next, and why it has not come. */
export function QueueTable({ pool, jobs }: { readonly pool: string; readonly jobs: readonly Job[] }): ReactElement {
  const { t } = useTranslation();
  const title = t('workers.queueOf', { pool });
  return (
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={title}>
      <Table captionSide="top">
        <Table.Caption className={classes.caption}>{title}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {(['position', 'what', 'priority', 'since', 'reason'] as const).map((name) => (
              <Table.Th key={name}>{t(`workers.${name}`)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.map((job) => (
            <QueueRow key={job.id} job={job} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function QueueRow({ job }: { readonly job: Job }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(5_000);
  return (
    <Table.Tr>
      <Table.Td className={classes.figure}>{job.queue_position === null ? '' : format.count(job.queue_position)}</Table.Td>
      <Table.Td className={classes.name}>
        {job.kind === 'training' ? (
          <AnchorLink to="/training/$jobId" params={{ jobId: job.id }}>
            {job.dataset_name}
          </AnchorLink>
        ) : (
          job.dataset_name
        )}{' '}
        <span className={classes.dim}>{t(`workers.kinds.${job.kind}`)}</span>
      </Table.Td>
      <Table.Td>{t(`workers.priorities.${job.priority}`)}</Table.Td>
      <Table.Td className={classes.figure}>
        <time dateTime={job.created_at} title={format.dateTime(job.created_at)}>
          {format.ago(job.created_at, now)}
        </time>
      </Table.Td>
      <Table.Td>{job.waits_for === null ? '' : t(`job.waitsFor.${job.waits_for}`)}</Table.Td>
    </Table.Tr>
  );
}
