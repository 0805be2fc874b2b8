import { Modal, Select, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { evaluate, modelRunsQuery } from '../../api/model-queries.js';
import type { Dataset, EvaluateRequest, Model } from '../../api/types.js';
import { versionsQuery } from '../../api/version-queries.js';
import { FormActions } from '../../ui/form-actions.js';
import { showNote } from '../../ui/notes.js';

interface DialogProps {
  readonly dataset: Dataset;
  readonly model: Model;
  readonly onClose: () => void;
}

const SIDES = ['val', 'test', 'train', 'all'] as const;
const NEWEST = 'newest';

/** On which version, and on which of its images, a model is measured. */
export function EvaluateDialog({ dataset, model, onClose }: DialogProps): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const versions = useInfiniteQuery(versionsQuery(dataset.id)).data?.pages.flatMap((page) => page.items).filter((one) => one.state === 'ready') ?? [];
  const [version, setVersion] = useState(NEWEST);
  const [side, setSide] = useState<(typeof SIDES)[number]>('val');
  const start = useMutation({
    mutationFn: (request: EvaluateRequest) => evaluate(model.id, request),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: modelRunsQuery(dataset.id, 'evaluations').queryKey });
      showNote({ message: t('models.evaluateStarted'), color: 'green' });
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    start.mutate({ side, ...(version === NEWEST ? {} : { version: Number(version) }) });
  };
  return (
    <Modal opened onClose={onClose} title={t('models.evaluateTitle', { name: model.name })} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm" c="dimmed">
            {t('models.evaluateHint')}
          </Text>
          <Select
            label={t('models.version')}
            data={[{ value: NEWEST, label: t('models.newest') }, ...versions.map((one) => ({ value: String(one.version), label: `${t('versions.version', { version: one.version })}${one.tag === null ? '' : ` (${one.tag})`}` }))]}
            value={version}
            allowDeselect={false}
            onChange={(value) => setVersion(value ?? NEWEST)}
            data-autofocus
          />
          <Select label={t('models.side')} data={SIDES.map((one) => ({ value: one, label: one === 'all' ? t('models.allImages') : t(`dataset.split.${one}`) }))} value={side} allowDeselect={false} onChange={(value) => setSide(SIDES.find((one) => one === value) ?? 'val')} />
          <FormActions submit={t('models.evaluate')} busy={start.isPending} error={start.error} onCancel={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
