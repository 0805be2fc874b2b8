import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './undo-note.module.css';

/** What was done, and the way back. */
export function UndoNote({ message, onUndo }: { readonly message: string; readonly onUndo: () => void }): ReactElement {
  const { t } = useTranslation();
  return (
    <span className={classes.undo}>
      <span>{message}</span>
      <Button size="compact-sm" variant="default" onClick={onUndo}>
        {t('common.undo')}
      </Button>
    </span>
  );
}
