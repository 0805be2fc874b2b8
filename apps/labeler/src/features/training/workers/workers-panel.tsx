import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { queueQuery, workersQuery } from '../../../api/queries.js';
import { Notice } from '../../../ui/notice.js';
import { Panel } from '../../../ui/panel.js';
import { QueueTable } from './queue-table.js';
import { queuesOf } from './queue-groups.js';
import { WorkerTable } from './worker-table.js';
import classes from './workers.module.css';

/** Who is there and what waits. Nothing for people who may train nowhere: the server tells them neither. */
export function WorkersPanel(): ReactElement | null {
  const { t } = useTranslation();
  const workers = useQuery(workersQuery()).data;
  const queued = useQuery({ ...queueQuery(), enabled: workers !== undefined }).data;
  if (workers === undefined) return null;
  const queues = queuesOf(queued ?? []);
  return (
    <Panel title={t('workers.title')} className={classes.panel} aside={<span className={classes.dim}>{t('workers.count', { count: workers.length })}</span>}>
      {workers.length === 0 ? <Notice tone="warn">{t('workers.none')}</Notice> : <WorkerTable workers={workers} />}
      {queues.length === 0 ? <p className={classes.dim}>{t('workers.empty')}</p> : queues.map(({ pool, jobs }) => <QueueTable key={pool} pool={pool} jobs={jobs} />)}
    </Panel>
  );
}
