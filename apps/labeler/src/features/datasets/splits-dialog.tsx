import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { applySplits, previewSplits, splitsQuery } from '../../api/class-queries.js';
import { problemOf } from '../../api/problem.js';
import type { Dataset, Splits } from '../../api/types.js';
import { showNote, useFailNote } from '../../ui/notes.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import { formOf, ruleOf, sumOf, isDealt, type SplitForm } from './split-rule.js';
import { SplitPlanView } from './split-plan.js';
import { SplitFields } from './split-fields.js';

/** Divides the images by a rule: first what it would do, then it. */
export function SplitsButton({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpened(true)}>
        {t('splits.edit')}
      </Button>
      <Modal size="lg" opened={opened} onClose={() => setOpened(false)} title={t('splits.title')} closeButtonProps={{ 'aria-label': t('common.close') }}>
        <SplitsEditor datasetId={dataset.id} onDone={() => setOpened(false)} />
      </Modal>
    </>
  );
}

function SplitsEditor({ datasetId, onDone }: { readonly datasetId: string; readonly onDone: () => void }): ReactElement {
  const query = useQuery({ ...splitsQuery(datasetId), staleTime: 0 });
  if (query.isPending) return <LoadingState rows={2} height={60} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <SplitsForm datasetId={datasetId} splits={query.data} onDone={onDone} />;
}

function SplitsForm({ datasetId, splits, onDone }: { readonly datasetId: string; readonly splits: Splits; readonly onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const fail = useFailNote();
  const [form, setForm] = useState<SplitForm>(() => formOf(splits.config));
  const preview = useMutation({ mutationFn: () => previewSplits(datasetId, ruleOf(form)), onError: fail });
  const apply = useMutation({
    mutationFn: (revision: number) => applySplits(datasetId, revision, ruleOf(form)),
    onSuccess: ({ changed }) => {
      for (const key of ['dataset', 'images']) void client.invalidateQueries({ queryKey: [key, datasetId] });
      showNote({ color: 'green', message: t('splits.done', { count: changed }) });
      onDone();
    },
    onError: (error) => {
      preview.reset();
      if (problemOf(error).code === 'version-conflict') showNote({ color: 'orange', message: t('splits.stale') });
      else fail(error);
    },
  });
  const isWhole = !isDealt(form) || sumOf(form) === 100;
  const change = (next: SplitForm): void => {
    setForm(next);
    preview.reset();
  };
  return (
    <SplitFields form={form} onChange={change}>
      {preview.data !== undefined && <SplitPlanView plan={preview.data} />}
      <Button.Group>
        <Button variant="default" disabled={!isWhole} loading={preview.isPending} onClick={() => preview.mutate()}>
          {t('splits.preview')}
        </Button>
        <Button disabled={preview.data === undefined} loading={apply.isPending} onClick={() => preview.data !== undefined && apply.mutate(preview.data.revision)}>
          {t('splits.apply')}
        </Button>
      </Button.Group>
    </SplitFields>
  );
}
