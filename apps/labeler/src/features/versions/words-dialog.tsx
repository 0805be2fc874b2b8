import { Modal, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Version } from '../../api/types.js';
import { describeVersion, makeVersion, versionsQuery, type VersionWords } from '../../api/version-queries.js';
import { ForecastLine } from '../cost/forecast-line.js';
import { FormActions } from '../../ui/form-actions.js';
import { showNote } from '../../ui/notes.js';

interface DialogProps {
  readonly datasetId: string;
  readonly opened: boolean;
  /** Null: a new one. */
  readonly version: Version | null;
  readonly onClose: () => void;
}

/** Note and tag: of a version that is made, or of one that is there. */
export function WordsDialog({ datasetId, opened, version, onClose }: DialogProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={version === null ? t('versions.createTitle') : t('versions.editTitle', { version: version.version })} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <WordsForm datasetId={datasetId} version={version} onClose={onClose} />
    </Modal>
  );
}

const LONGEST_NOTE = 2_000;
const LONGEST_TAG = 64;

function WordsForm({ datasetId, version, onClose }: Omit<DialogProps, 'opened'>): ReactElement {
  const { t } = useTranslation();
  const [note, setNote] = useState(version?.note ?? '');
  const [tag, setTag] = useState(version?.tag ?? '');
  const [zip, setZip] = useState(false);
  const save = useSave(datasetId, version, onClose);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate({ note: note.trim() === '' ? null : note.trim(), tag: tag.trim() === '' ? null : tag.trim(), zip });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {version === null && (
          <Text size="sm" c="dimmed">
            {t('versions.createHint')}
          </Text>
        )}
        <TextInput label={t('versions.note')} placeholder={t('versions.notePlaceholder')} maxLength={LONGEST_NOTE} value={note} onChange={(event) => setNote(event.currentTarget.value)} data-autofocus />
        <TextInput label={t('versions.tag')} description={t('versions.tagHint')} maxLength={LONGEST_TAG} value={tag} onChange={(event) => setTag(event.currentTarget.value)} />
        {version === null && <Switch label={t('versions.makeZip')} checked={zip} onChange={(event) => setZip(event.currentTarget.checked)} />}
        {version === null && <ForecastLine datasetId={datasetId} wish={{ action: zip ? 'snapshot-zip' : 'snapshot' }} />}
        <FormActions submit={version === null ? t('versions.make') : t('common.save')} busy={save.isPending} error={save.error} onCancel={onClose} />
      </Stack>
    </form>
  );
}

function useSave(datasetId: string, version: Version | null, onDone: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ note, tag, zip }: VersionWords & { readonly zip: boolean }): Promise<string | null> => {
      if (version !== null) return describeVersion(datasetId, version.version, { note, tag }).then(() => null);
      const { version: made, isNew } = await makeVersion(datasetId, { note, tag, zip });
      return t(isNew ? 'versions.made' : 'versions.same', { version: made.version });
    },
    onSuccess: (message) => {
      if (message !== null) showNote({ message, color: 'green' });
      void client.invalidateQueries({ queryKey: versionsQuery(datasetId).queryKey });
      onDone();
    },
  });
}
