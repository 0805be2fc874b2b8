import { ActionIcon, Group, Modal, Text, VisuallyHidden } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState, useSyncExternalStore, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icons.js';
import { LoadingState } from '../../ui/states.js';
import { isOver, type UploadItem } from './upload-machine.js';
import { UploadRow } from './upload-row.js';
import { uploads } from './upload-store.js';
import classes from './upload-tray.module.css';
import { useStatusText } from './use-status-text.js';

const FindingsTable = lazy(() => import('../../ui/findings-table.js'));

/** All files on their way, in a corner of every page. */
export function UploadTray(): ReactElement | null {
  const { t } = useTranslation();
  const items = useSyncExternalStore(uploads.subscribe, uploads.snapshot);
  const [folded, setFolded] = useState(false);
  const [shownId, setShownId] = useState<string | null>(null);
  const summary = useSummary(items);
  useArrivals();
  if (items.length === 0) return null;
  const open = items.filter((item) => !isOver(item.phase)).length;
  const shown = items.find((item) => item.id === shownId);
  return (
    <section className={classes.tray} aria-label={t('upload.tray')}>
      <Group justify="space-between" wrap="nowrap" className={classes.head}>
        <Text fw={650} size="sm" aria-live="polite">
          {summary}
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
      <Endings items={items} />
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

function useSummary(items: readonly UploadItem[]): string {
  const { t } = useTranslation();
  const open = items.filter((item) => !isOver(item.phase)).length;
  const refused = items.filter((item) => item.phase === 'refused' || item.phase === 'failed').length;
  if (open > 0) return t('upload.summary', { count: open });
  return refused > 0 ? t('upload.summaryRefused', { count: refused }) : t('upload.summaryDone');
}

/** Each file's end is said to a screen reader, once; its progress is not. */
function Endings({ items }: { readonly items: readonly UploadItem[] }): ReactElement {
  return (
    <VisuallyHidden role="log">
      {items.filter((item) => isOver(item.phase)).map((item) => (
        <Ending key={`${item.id} ${item.phase}`} item={item} />
      ))}
    </VisuallyHidden>
  );
}

function Ending({ item }: { readonly item: UploadItem }): ReactElement {
  return (
    <p>
      {item.fileName}: {useStatusText(item)}
    </p>
  );
}

/** A new dataset is in the lists at once. */
function useArrivals(): void {
  const client = useQueryClient();
  useEffect(
    () =>
      uploads.onArrival(() => {
        void client.invalidateQueries({ queryKey: ['datasets'] });
      }),
    [client],
  );
}
