import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import type { Dataset } from '../../api/types.js';
import { Confirm } from '../../ui/confirm.js';
import { Icon } from '../../ui/icons.js';
import { showNote, useFailNote } from '../../ui/notes.js';
import { UndoNote } from '../../ui/undo-note.js';
import { useRestore } from './use-restore.js';

/** Long enough to read the note and reach its button. */
const UNDO_MILLISECONDS = 10_000;

/** Into the trash, after a question, with a way back. */
export function DeleteButton({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const client = useQueryClient();
  const fail = useFailNote();
  const restore = useRestore(dataset);
  const { id, name } = dataset;
  const offerUndo = (): void => {
    const undo = (): void => {
      notifications.hide(note);
      restore.mutate();
    };
    const note = showNote({
      autoClose: UNDO_MILLISECONDS,
      message: <UndoNote message={t('dataset.deleted', { name })} onUndo={undo} />,
    });
  };
  const remove = useMutation({
    mutationFn: () => http.delete(`datasets/${id}`),
    onSuccess: async () => {
      await navigate({ to: '/datasets' });
      client.removeQueries({ queryKey: ['dataset', id] });
      void client.invalidateQueries({ queryKey: ['datasets'] });
      offerUndo();
    },
    onError: (error) => {
      setAsking(false);
      fail(error);
    },
  });
  return (
    <>
      <Button variant="default" leftSection={<Icon name="trash" size={17} />} onClick={() => setAsking(true)}>
        {t('dataset.delete')}
      </Button>
      <Confirm
        opened={asking}
        title={t('dataset.deleteTitle')}
        text={t('dataset.deleteText', { name })}
        confirm={t('dataset.deleteConfirm')}
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
