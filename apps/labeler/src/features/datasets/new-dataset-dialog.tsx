import { Button, Modal, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { problemOf } from '../../api/problem.js';
import { datasetQuery } from '../../api/queries.js';
import { TASK_TYPES, type Dataset, type TaskType } from '../../api/types.js';
import { FormActions } from '../../ui/form-actions.js';
import { Icon } from '../../ui/icons.js';
import { Notice } from '../../ui/notice.js';
import { useProblemText } from '../../ui/use-problem-text.js';

/** A dataset that begins empty; its images are added next. */
export function NewDatasetButton(): ReactElement {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button variant="default" leftSection={<Icon name="plus" size={17} />} onClick={() => setOpened(true)}>
        {t('newDataset.button')}
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={t('newDataset.title')} closeButtonProps={{ 'aria-label': t('common.close') }}>
        <NewDatasetForm onClose={() => setOpened(false)} />
      </Modal>
    </>
  );
}

const namesOf = (text: string): readonly string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

function NewDatasetForm({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const text = useProblemText();
  const [name, setName] = useState('');
  const [task, setTask] = useState<TaskType>('object_detection');
  const [multi, setMulti] = useState(false);
  const [classes, setClasses] = useState('');
  const [tried, setTried] = useState(false);
  const make = useMakeDataset(onClose);
  const problem = make.error === null ? null : problemOf(make.error);
  const canBeMulti = task === 'image_classification';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== '') make.mutate({ name: name.trim(), task_type: task, multi_label: canBeMulti && multi, classes: namesOf(classes).map((one) => ({ name: one })) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput label={t('newDataset.name')} maxLength={200} value={name} error={tried && name.trim() === '' ? t('newDataset.needName') : undefined} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
        <Select label={t('task.label')} value={task} allowDeselect={false} data={TASK_TYPES.map((one) => ({ value: one, label: t(`task.${one}`) }))} onChange={(value) => setTask(TASK_TYPES.find((one) => one === value) ?? task)} />
        {canBeMulti && <Switch label={t('newDataset.multi')} checked={multi} onChange={(event) => setMulti(event.currentTarget.checked)} />}
        <Textarea label={t('newDataset.classes')} description={t('newDataset.classesHint')} rows={4} value={classes} onChange={(event) => setClasses(event.currentTarget.value)} />
        {problem !== null && (
          <Notice tone="bad" live>
            {text(problem)} {problem.errors[0]?.message}
          </Notice>
        )}
        <FormActions submit={t('newDataset.make')} busy={make.isPending} onCancel={onClose} />
      </Stack>
    </form>
  );
}

interface NewDataset {
  readonly name: string;
  readonly task_type: TaskType;
  readonly multi_label: boolean;
  readonly classes: readonly { readonly name: string }[];
}

function useMakeDataset(onDone: () => void) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (dataset: NewDataset) => http.postOnce<Dataset>('datasets/create', dataset),
    onSuccess: (dataset) => {
      client.setQueryData(datasetQuery(dataset.id).queryKey, dataset);
      void client.invalidateQueries({ queryKey: ['datasets'] });
      onDone();
      void navigate({ to: '/datasets/$datasetId/add', params: { datasetId: dataset.id } });
    },
  });
}
