import { Anchor, Button, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { checkpointsQuery, isTerminal } from '../../api/queries.js';
import type { JobDetails } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Icon } from '../../ui/icons.js';
import { Notice } from '../../ui/notice.js';
import { Panel } from '../../ui/panel.js';
import { ErrorState } from '../../ui/states.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import classes from './checkpoint-panel.module.css';
import { bestOf } from './job-updates.js';

/** What is stored after each epoch, by presigned addresses that lead straight to the store. */
export function CheckpointPanel({ job }: { readonly job: JobDetails }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(checkpointsQuery(job.id));
  // The server tells the best epoch with the job's state; while it runs the figures know it sooner.
  const best = isTerminal(job.state) ? job.best_epoch : bestOf(job)?.epoch;
  const items = (query.data?.items ?? []).filter((one) => one.kind !== 'final').sort((a, b) => b.epoch - a.epoch || a.kind.localeCompare(b.kind));
  return (
    <Panel title={t('job.checkpoints')} flush>
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {!query.isError && items.length === 0 && (
        <Text size="sm" c="dimmed" p="sm">
          {t('job.noCheckpoints')}
        </Text>
      )}
      {items.length > 0 && (
        <div className={classes.scroll} tabIndex={0} role="group" aria-label={t('job.checkpoints')}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('job.epoch')}</Table.Th>
                <Table.Th>{t('job.kindLabel')}</Table.Th>
                <Table.Th className={classes.number}>{t('job.sizeLabel')}</Table.Th>
                <Table.Th>
                  <span className={classes.hiddenHead}>{t('common.download')}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((one) => (
                <Table.Tr key={one.key}>
                  <Table.Td>
                    <span className={classes.epoch}>
                      {format.count(one.epoch)}
                      {one.epoch === best && (
                        <ToneBadge tone="good" icon="check">
                          {t('job.bestMark')}
                        </ToneBadge>
                      )}
                    </span>
                  </Table.Td>
                  <Table.Td>{t(`job.kind.${one.kind}`)}</Table.Td>
                  <Table.Td className={classes.number}>{format.bytes(one.size_bytes)}</Table.Td>
                  <Table.Td className={classes.number}>
                    <Anchor href={one.url} rel="noreferrer" className={classes.download} aria-label={t('job.downloadCheckpoint', { kind: t(`job.kind.${one.kind}`), epoch: one.epoch })}>
                      <Icon name="download" />
                    </Anchor>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Panel>
  );
}

export function FinalModel({ job }: { readonly job: JobDetails }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({ ...checkpointsQuery(job.id), enabled: job.final_model !== null });
  if (job.final_model === null) return null;
  const url = query.data?.items.find((one) => one.kind === 'final')?.url;
  return (
    <Notice tone="good" icon="box" title={t('job.finalTitle')}>
      <div className={classes.final}>
        <span>
          {t('job.finalText', { size: format.bytes(job.final_model.size_bytes), epoch: job.best_epoch ?? job.epoch })}
          <span className={`${classes.hash} mono`}>SHA-256 {job.final_model.sha256.slice(0, 16)}…</span>
        </span>
        {url !== undefined && (
          <Button component="a" href={url} rel="noreferrer" leftSection={<Icon name="download" size={17} />}>
            {t('job.downloadFinal')}
          </Button>
        )}
      </div>
    </Notice>
  );
}
