import { Button, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { datasetQuery } from '../../api/queries.js';
import type { Dataset } from '../../api/types.js';
import { FormActions } from '../../ui/form-actions.js';
import { Icon } from '../../ui/icons.js';

const VISIBILITIES = ['private', 'public'] as const satisfies readonly Dataset['visibility'][];
const LONGEST_NAME = 500;

/** Name and visibility of a dataset. */
export function EditButton({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const close = (): void => setOpened(false);
  return (
    <>
      <Button variant="default" leftSection={<Icon name="edit" size={17} />} onClick={() => setOpened(true)}>
        {t('dataset.edit')}
      </Button>
      <Modal opened={opened} onClose={close} title={t('dataset.editTitle')} closeButtonProps={{ 'aria-label': t('common.close') }}>
        <EditForm dataset={dataset} onDone={close} />
      </Modal>
    </>
  );
}

function EditForm({ dataset, onDone }: { readonly dataset: Dataset; readonly onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(dataset.name);
  const [visibility, setVisibility] = useState(dataset.visibility);
  const save = useMutation({
    mutationFn: () => http.patch<Dataset>(`datasets/${dataset.id}`, { name: name.trim(), visibility }),
    onSuccess: (changed) => {
      client.setQueryData(datasetQuery(dataset.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: ['datasets'] });
      onDone();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') save.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput label={t('dataset.name')} maxLength={LONGEST_NAME} value={name} onChange={(event) => setName(event.currentTarget.value)} error={name.trim() === '' ? t('dataset.needName') : undefined} data-autofocus />
        <Radio.Group label={t('dataset.visibility')} value={visibility} onChange={(value) => setVisibility(VISIBILITIES.find((one) => one === value) ?? 'private')}>
          <Stack gap={8} mt={6}>
            {VISIBILITIES.map((one) => (
              <Radio key={one} value={one} label={t(`dataset.visibilities.${one}`)} />
            ))}
          </Stack>
        </Radio.Group>
        <FormActions submit={t('common.save')} busy={save.isPending} error={save.error} onCancel={onDone} />
      </Stack>
    </form>
  );
}
