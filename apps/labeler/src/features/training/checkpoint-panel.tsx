import { Anchor, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { checkpointsQuery, isTerminal } from '../../api/queries.js';
import type { JobDetails } from '../../api/types.js';
import { NO_VALUE } from '../../i18n/format.js';
import { useFormat } from '../../i18n/use-format.js';
import { Icon } from '../../ui/icons.js';
import { Panel } from '../../ui/panel.js';
import { ErrorState } from '../../ui/states.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import classes from './checkpoint-panel.module.css';
import { checkpointRows, type CheckpointRow, type Download } from './checkpoint-rows.js';
import { bestOf } from './job-updates.js';

/** What is stored after each epoch, by presigned addresses that lead straight to the store. */
export function CheckpointPanel({ job }: { readonly job: JobDetails }): ReactElement {
  const { t } = useTranslation();
  const query = useQuery(checkpointsQuery(job.id));
  // The server tells the best epoch with the job's state; while it runs the figures know it sooner.
  const best = (isTerminal(job.state) ? job.best_epoch : bestOf(job)?.epoch) ?? null;
  const rows = checkpointRows(query.data?.items ?? []);
  return (
    <Panel title={t('job.checkpoints')} flush>
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {!query.isError && rows.length === 0 && (
        <Text size="sm" c="dimmed" p="sm">
          {t(isTerminal(job.state) ? 'job.noCheckpointsEnded' : 'job.noCheckpoints')}
        </Text>
      )}
      {rows.length > 0 && <CheckpointTable rows={rows} best={best} />}
    </Panel>
  );
}

function CheckpointTable({ rows, best }: { readonly rows: readonly CheckpointRow[]; readonly best: number | null }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={t('job.checkpoints')}>
      <Table stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('job.epoch')}</Table.Th>
            <Table.Th className={classes.number}>{t('job.kind.model')}</Table.Th>
            <Table.Th className={classes.number}>{t('job.kind.state')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.epoch}>
              <Table.Td>
                <span className={classes.epoch}>
                  {format.count(row.epoch)}
                  {row.epoch === best && (
                    <ToneBadge tone="good" icon="check">
                      {t('job.bestMark')}
                    </ToneBadge>
                  )}
                </span>
              </Table.Td>
              <Table.Td className={classes.number}>
                <DownloadLink item={row.model} />
              </Table.Td>
              <Table.Td className={classes.number}>
                <DownloadLink item={row.state} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function DownloadLink({ item }: { readonly item: Download | null }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  if (item === null) return <Text span c="dimmed">{NO_VALUE}</Text>;
  const size = format.bytes(item.size_bytes);
  return (
    <Anchor href={item.url} rel="noreferrer" className={classes.download} aria-label={`${t('job.downloadCheckpoint', { kind: t(`job.kind.${item.kind}`), epoch: item.epoch })}, ${size}`}>
      {size}
      <Icon name="download" size={16} />
    </Anchor>
  );
}
