import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { datasetModelsQuery } from '../../api/model-queries.js';
import type { Dataset, Model } from '../../api/types.js';
import { Icon } from '../../ui/icons.js';
import { ButtonLink } from '../../ui/links.js';
import { LoadMore } from '../../ui/load-more.js';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.js';
import { DatasetFrame } from '../datasets/dataset-frame.js';
import { mayAct } from '../datasets/roles.js';
import { EvaluateDialog } from './evaluate-dialog.js';
import { EvaluationTable } from './evaluation-table.js';
import { ModelCard } from './model-card.js';
import { ModelWordsDialog } from './model-words-dialog.js';
import { PrelabelDialog } from './prelabel-dialog.js';
import { RunList } from './run-list.js';
import classes from './models.module.css';

const route = getRouteApi('/app/datasets/$datasetId/models');

export function ModelsPage(): ReactElement {
  const { t } = useTranslation();
  const { datasetId } = route.useParams();
  return (
    <DatasetFrame datasetId={datasetId} title={t('models.title')} actions={(dataset) => <AddButton dataset={dataset} />}>
      {(dataset) => <Models dataset={dataset} />}
    </DatasetFrame>
  );
}

function AddButton({ dataset }: { readonly dataset: Dataset }): ReactElement | null {
  const { t } = useTranslation();
  if (!mayAct(dataset, 'admin')) return null;
  return (
    <ButtonLink variant="default" leftSection={<Icon name="plus" size={16} />} to="/datasets/$datasetId/models/add" params={{ datasetId: dataset.id }}>
      {t('addModel.title')}
    </ButtonLink>
  );
}

/** What a dialog is about. */
export type ModelTask = 'prelabel' | 'evaluate' | 'edit';

function Models({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const query = useInfiniteQuery(datasetModelsQuery(dataset.id));
  const [open, setOpen] = useState<{ readonly task: ModelTask; readonly model: Model } | null>(null);
  if (query.isPending) return <LoadingState rows={3} height={140} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const models = query.data.pages.flatMap((page) => page.items);
  if (models.length === 0) {
    return (
      <EmptyState icon="training" title={t('models.emptyTitle')} text={t('models.emptyText')}>
        <ButtonLink to="/datasets/$datasetId" params={{ datasetId: dataset.id }}>
          {t('models.train')}
        </ButtonLink>
      </EmptyState>
    );
  }
  const close = (): void => setOpen(null);
  return (
    <div className={classes.stack}>
      <ul className={classes.cards}>
        {models.map((model) => (
          <ModelCard key={model.id} dataset={dataset} model={model} onTask={(task) => setOpen({ task, model })} />
        ))}
      </ul>
      <LoadMore query={query} />
      <RunList dataset={dataset} />
      <EvaluationTable dataset={dataset} />
      {open?.task === 'prelabel' && <PrelabelDialog dataset={dataset} model={open.model} onClose={close} />}
      {open?.task === 'evaluate' && <EvaluateDialog dataset={dataset} model={open.model} onClose={close} />}
      {open?.task === 'edit' && <ModelWordsDialog datasetId={dataset.id} model={open.model} onClose={close} />}
    </div>
  );
}
