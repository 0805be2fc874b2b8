import { Modal, Select, Slider, Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { IMAGE_SPLITS, IMAGE_STATUSES } from '../../api/image-queries.js';
import { modelRunsQuery, prelabel } from '../../api/model-queries.js';
import type { Dataset, Model, PrelabelRequest } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { FormActions } from '../../ui/form-actions.js';
import { showNote } from '../../ui/notes.js';

interface DialogProps {
  readonly dataset: Dataset;
  readonly model: Model;
  readonly onClose: () => void;
}

const ANY = 'any';
const FIRST_SCORE = 30;

/** Which images a model shall propose labels for. */
export function PrelabelDialog({ dataset, model, onClose }: DialogProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const [status, setStatus] = useState<string>('unlabeled');
  const [split, setSplit] = useState<string>(ANY);
  const [onlyNew, setOnlyNew] = useState(true);
  const [score, setScore] = useState(FIRST_SCORE);
  const start = useMutation({
    mutationFn: (request: PrelabelRequest) => prelabel(model.id, request),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: modelRunsQuery(dataset.id, 'model-runs').queryKey });
      showNote({ message: t('models.prelabelStarted'), color: 'green' });
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const chosen = IMAGE_SPLITS.find((one) => one === split);
    start.mutate({ filter: { status: IMAGE_STATUSES.find((one) => one === status) ?? ANY, ...(chosen === undefined ? {} : { split: chosen }), only_new: onlyNew }, min_score: score / 100 });
  };
  return (
    <Modal opened onClose={onClose} title={t('models.prelabelTitle', { name: model.name })} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm" c="dimmed">
            {t('models.prelabelHint')}
          </Text>
          <Select
            label={t('models.which')}
            data={[...IMAGE_STATUSES.map((one) => ({ value: one, label: t(`gallery.statuses.${one}`) })), { value: ANY, label: t('gallery.anyStatus') }]}
            value={status}
            allowDeselect={false}
            onChange={(value) => setStatus(value ?? ANY)}
            data-autofocus
          />
          <Select label={t('gallery.split')} data={[{ value: ANY, label: t('gallery.anySplit') }, ...IMAGE_SPLITS.map((one) => ({ value: one, label: t(`dataset.split.${one}`) }))]} value={split} allowDeselect={false} onChange={(value) => setSplit(value ?? ANY)} />
          <Switch label={t('models.onlyNew')} checked={onlyNew} onChange={(event) => setOnlyNew(event.currentTarget.checked)} />
          <div>
            <Text size="sm" fw={500} id="prelabel-score">
              {t('models.minScore', { score: format.percent(score / 100, 0) })}
            </Text>
            <Slider min={0} max={95} step={5} value={score} onChange={setScore} label={null} thumbLabel={t('models.minScore', { score: format.percent(score / 100, 0) })} />
          </div>
          <FormActions submit={t('models.prelabel')} busy={start.isPending} error={start.error} onCancel={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
