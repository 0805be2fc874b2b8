import { Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Model } from '../../api/types.js';
import { FormActions } from '../../ui/form-actions.js';
import { useModelChange } from './use-model-change.js';

interface DialogProps {
  readonly datasetId: string;
  readonly model: Model;
  readonly onClose: () => void;
}

export function ModelWordsDialog({ datasetId, model, onClose }: DialogProps): ReactElement {
  const { t } = useTranslation();
  const [name, setName] = useState(model.name);
  const [notes, setNotes] = useState(model.notes);
  const { change } = useModelChange(datasetId, model);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({ name: name.trim(), notes: notes.trim() }, { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} title={t('models.editTitle')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput label={t('models.name')} required maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
          <Textarea label={t('models.notes')} autosize minRows={3} maxLength={10_000} value={notes} onChange={(event) => setNotes(event.currentTarget.value)} />
          <FormActions submit={t('common.save')} busy={change.isPending} error={change.error} onCancel={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
