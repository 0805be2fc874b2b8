import { Table } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Worker } from '../../../api/types.js';
import { useFormat } from '../../../i18n/use-format.js';
import { AnchorLink } from '../../../ui/links.js';
import { ToneBadge } from '../../../ui/tone-badge.js';
import { useNow } from '../../../ui/use-now.js';
import classes from './workers.module.css';

/** The workers that were heard of in the last minute. */
export function WorkerTable({ workers }: { readonly workers: readonly Worker[] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(5_000);
  return (
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={t('workers.title')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {(['worker', 'does', 'pool', 'engines', 'power', 'heard'] as const).map((name) => (
              <Table.Th key={name}>{t(`workers.${name}`)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {workers.map((one) => (
            <Table.Tr key={one.worker_id}>
              <Table.Th scope="row" className={classes.name}>
                {one.worker_id}
              </Table.Th>
              <Table.Td>
                <Doing worker={one} />
              </Table.Td>
              <Table.Td>{one.pool}</Table.Td>
              <Table.Td>{one.engines.join(', ')}</Table.Td>
              <Table.Td className={classes.figure}>{t('workers.powerOf', { threads: one.threads, memory: format.bytes(one.memory_bytes) })}</Table.Td>
              <Table.Td className={classes.figure}>
                <time dateTime={one.last_seen_at} title={format.dateTime(one.last_seen_at)}>
                  {format.ago(one.last_seen_at, now)}
                </time>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Doing({ worker }: { readonly worker: Worker }): ReactElement {
  const { t } = useTranslation();
  return (
    <span className={classes.doing}>
      <ToneBadge tone={worker.is_busy ? 'run' : 'idle'} icon={worker.is_busy ? 'play' : 'check'}>
        {t(worker.is_busy ? 'workers.busy' : 'workers.idle')}
      </ToneBadge>
      {worker.job_id !== null && (
        <AnchorLink to="/training/$jobId" params={{ jobId: worker.job_id }}>
          {t('workers.job')}
        </AnchorLink>
      )}
    </span>
  );
}
