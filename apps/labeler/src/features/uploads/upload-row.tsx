import { ActionIcon, Button, Group, Progress, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from '../../ui/icons.js';
import { ButtonLink } from '../../ui/links.js';
import { figuresOf, isOver, isUnderWay, type UploadItem, type UploadPhase } from './upload-machine.js';
import { uploads } from './upload-store.js';
import classes from './upload-tray.module.css';
import { useStatusText } from './use-status-text.js';

const ICONS: Readonly<Record<UploadPhase, IconName>> = { waiting: 'clock', sending: 'upload', checking: 'search', done: 'check', refused: 'alert', failed: 'alert', cancelled: 'stop' };

/** One file on its way, and what can be done with it. */
export function UploadRow({ item, onShow }: { readonly item: UploadItem; readonly onShow: () => void }): ReactElement {
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
