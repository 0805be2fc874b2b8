import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SaveState } from '../../engine/save/index.js';
import { Icon } from '../../ui/icons.js';
import { LabelerIcon } from './labeler-icons.js';
import classes from './labeler.module.css';
import { useLabeler, useSessionView } from './session/use-labeler.js';

const TONES: Readonly<Record<SaveState, 'plain' | 'warn' | 'bad'>> = { saved: 'plain', dirty: 'plain', saving: 'plain', offline: 'warn', 'logged-out': 'bad', conflict: 'warn', rejected: 'bad' };
/** States that end by somebody's hand. */
const WITH_RETRY: readonly SaveState[] = ['offline', 'logged-out', 'rejected'];

/** Whether what one sees is with the server; where it is not, why, and the way on. */
export function SaveBadge(): ReactElement {
  const { t } = useTranslation();
  const { saver } = useLabeler();
  const { save, image, unsaved, outboxLost } = useSessionView();
  const state = save?.state ?? 'saved';
  const own = saver.saverOf(image.id);
  const others = unsaved - (state === 'saved' ? 0 : 1);
  return (
    <>
      <span className={classes.save} data-tone={TONES[state]} data-save-state={state} role="status">
        {TONES[state] === 'plain' ? <LabelerIcon name="cloud" size={17} /> : <Icon name="alert" size={16} />}
        <span>{t(`labeler.save.${state}`)}</span>
        {others > 0 && <span>{t('labeler.save.others', { count: others })}</span>}
        {outboxLost && <span title={t('labeler.save.outboxLostText')}>{t('labeler.save.outboxLost')}</span>}
      </span>
      {WITH_RETRY.includes(state) && (
        <Button size="compact-xs" variant="default" onClick={() => void own?.retry()}>
          {t('common.tryAgain')}
        </Button>
      )}
      {state === 'rejected' && (
        <Button size="compact-xs" variant="subtle" color="red" onClick={() => void own?.discard()}>
          {t('labeler.save.discard')}
        </Button>
      )}
    </>
  );
}
