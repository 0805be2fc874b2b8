import { Button, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '../../ui/states.js';
import classes from './labeler.module.css';
import { useLabeler, useSessionView } from './session/use-labeler.js';

/** Why there is no image, or no labels, and what can be done. */
export function PictureTroublePanel(): ReactElement | null {
  const { t } = useTranslation();
  const session = useLabeler();
  const { trouble, phase, error } = useSessionView();
  if (phase === 'failed') {
    return (
      <div className={classes.trouble}>
        <div className={classes.troubleBox}>
          <ErrorState error={error} onRetry={() => void session.retry()} />
        </div>
      </div>
    );
  }
  if (trouble === null) return null;
  return (
    <div className={classes.trouble}>
      <div className={classes.troubleBox} role="alert" data-trouble={trouble}>
        <Text fw={650}>{t(`labeler.trouble.${trouble}.title`)}</Text>
        <Text size="sm" c="dimmed" my="xs">
          {t(`labeler.trouble.${trouble}.text`)}
        </Text>
        <Button size="compact-sm" variant="default" mr={8} onClick={() => void session.retry()}>
          {t('common.tryAgain')}
        </Button>
        <Button size="compact-sm" variant="subtle" onClick={() => void session.step(1)}>
          {t('labeler.action.next-image')}
        </Button>
      </div>
    </div>
  );
}
