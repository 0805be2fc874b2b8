import { ActionIcon, Button, Group, Modal, Progress, Text } from '@mantine/core';
import { showNote } from '../../ui/notes.js';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState, useSyncExternalStore, type ReactElement } from 'react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Formatter } from '../../i18n/format.js';
import { useFormat } from '../../i18n/use-format.js';
import { Icon, type IconName } from '../../ui/icons.js';
import { LoadingState } from '../../ui/states.js';
import { useProblemText } from '../../ui/use-problem-text.js';
import { figuresOf, isOver, isUnderWay, type UploadItem, type UploadPhase } from './upload-machine.js';
import { uploads } from './upload-store.js';
import classes from './upload-tray.module.css';
import { ButtonLink } from '../../ui/links.js';

const FindingsTable = lazy(() => import('../../ui/findings-table.js'));

/** All files on their way, in a corner of every page. */
export function UploadTray(): ReactElement | null {
  const { t } = useTranslation();
  const items = useSyncExternalStore(uploads.subscribe, uploads.snapshot);
  const [folded, setFolded] = useState(false);
  const [shownId, setShownId] = useState<string | null>(null);
  useArrivals();
  if (items.length === 0) return null;
  const open = items.filter((item) => !isOver(item.phase)).length;
  const shown = items.find((item) => item.id === shownId);
  return (
    <section className={classes.tray} aria-label={t('upload.tray')}>
      <Group justify="space-between" wrap="nowrap" className={classes.head}>
        <Text fw={650} size="sm" aria-live="polite">
          {open > 0 ? t('upload.summary', { count: open }) : t('upload.summaryDone')}
        </Text>
        <Group gap={2} wrap="nowrap">
          <ActionIcon variant="subtle" color="gray" aria-label={t(folded ? 'upload.expand' : 'upload.collapse')} aria-expanded={!folded} onClick={() => setFolded(!folded)}>
            <Icon name={folded ? 'chevronUp' : 'chevronDown'} size={16} />
          </ActionIcon>
          <ActionIcon variant="subtle" color="gray" aria-label={t('upload.dismissAll')} disabled={open === items.length} onClick={() => uploads.dismissAll()}>
            <Icon name="close" size={16} />
          </ActionIcon>
        </Group>
      </Group>
      {!folded && (
        <ul className={classes.list}>
          {items.map((item) => (
            <UploadRow key={item.id} item={item} onShow={() => setShownId(item.id)} />
          ))}
        </ul>
      )}
      <Modal size="xl" opened={shown?.problem != null} onClose={() => setShownId(null)} title={t('findings.title', { name: shown?.fileName ?? '' })} closeButtonProps={{ 'aria-label': t('common.close') }}>
        {shown?.problem != null && (
          <Suspense fallback={<LoadingState rows={2} />}>
            <Text mb="sm">{t('upload.nothingKept')}</Text>
            <FindingsTable findings={shown.problem.errors} total={shown.problem.errorsTotal} fileName={shown.fileName} />
          </Suspense>
        )}
      </Modal>
    </section>
  );
}

const ICONS: Readonly<Record<UploadPhase, IconName>> = { waiting: 'clock', sending: 'upload', checking: 'search', done: 'check', refused: 'alert', failed: 'alert', cancelled: 'stop' };

function UploadRow({ item, onShow }: { readonly item: UploadItem; readonly onShow: () => void }): ReactElement {
  const { t } = useTranslation();
  const { fraction } = figuresOf(item);
  const over = isOver(item.phase);
  return (
    <li className={classes.row} data-phase={item.phase}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <span className={classes.icon}>
          <Icon name={ICONS[item.phase]} size={16} />
        </span>
        <div className={classes.text}>
          <Text size="sm" fw={550} truncate="end" title={item.fileName}>
            {item.fileName}
          </Text>
          <StatusLine item={item} />
        </div>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t(over ? 'upload.dismiss' : 'upload.cancelOne', { name: item.fileName })} onClick={() => (over ? uploads.dismiss(item.id) : uploads.cancel(item.id))}>
          <Icon name="close" size={14} />
        </ActionIcon>
      </Group>
      {isUnderWay(item.phase) && <Progress mt={6} size="sm" value={(fraction ?? 1) * 100} striped={fraction === null} animated={fraction === null} aria-label={t('upload.progressOf', { name: item.fileName })} />}
      <RowActions item={item} onShow={onShow} />
    </li>
  );
}

function RowActions({ item, onShow }: { readonly item: UploadItem; readonly onShow: () => void }): ReactElement | null {
  const { t } = useTranslation();
  if (item.phase === 'done' && item.datasetId !== null) {
    return (
      <ButtonLink mt={6} size="compact-sm" variant="light" to="/datasets/$datasetId" params={{ datasetId: item.datasetId }}>
        {t('upload.open')}
      </ButtonLink>
    );
  }
  if (item.phase !== 'refused' && item.phase !== 'failed' && item.phase !== 'cancelled') return null;
  const hasFindings = (item.problem?.errors.length ?? 0) > 0;
  return (
    <Group gap="xs" mt={6}>
      {hasFindings && (
        <Button size="compact-sm" variant="light" color="red" onClick={onShow}>
          {t('upload.showFindings')}
        </Button>
      )}
      <Button size="compact-sm" variant="default" onClick={() => uploads.again(item.id)}>
        {t('upload.again')}
      </Button>
    </Group>
  );
}

function StatusLine({ item }: { readonly item: UploadItem }): ReactElement {
  return (
    <Text size="xs" c={item.phase === 'refused' || item.phase === 'failed' ? 'var(--tone-bad)' : 'dimmed'}>
      {useStatusText(item)}
    </Text>
  );
}

function useStatusText(item: UploadItem): string {
  const { t } = useTranslation();
  const format = useFormat();
  const problemText = useProblemText();
  const why = item.problem === null ? '' : problemText(item.problem);
  switch (item.phase) {
    case 'sending':
      return sendingText(item, t, format);
    case 'checking':
      return item.totalEntries === null ? t('upload.checkingUnknown') : t('upload.checking', { n: item.checkedEntries, total: item.totalEntries });
    case 'refused':
      return item.problem?.errorsTotal ? t('upload.refused', { count: item.problem.errorsTotal }) : why;
    case 'failed':
      return why;
    case 'waiting':
    case 'done':
    case 'cancelled':
      return t(`upload.${item.phase}`);
  }
}

function sendingText(item: UploadItem, t: TFunction, format: Formatter): string {
  const { bytesPerSecond, secondsLeft } = figuresOf(item);
  const sent = t('upload.sending', { sent: format.bytes(item.sentBytes), total: format.bytes(item.totalBytes) });
  if (bytesPerSecond === null || secondsLeft === null) return sent;
  return `${sent} · ${t('upload.rateAndLeft', { rate: format.bytesPerSecond(bytesPerSecond), left: format.duration(secondsLeft) })}`;
}

/** A new dataset is in the lists at once. */
function useArrivals(): void {
  const client = useQueryClient();
  const { t } = useTranslation();
  useEffect(
    () =>
      uploads.onArrival((item) => {
        void client.invalidateQueries({ queryKey: ['datasets'] });
        showNote({ message: t('upload.arrived', { name: item.fileName }), color: 'green' });
      }),
    [client, t],
  );
}
