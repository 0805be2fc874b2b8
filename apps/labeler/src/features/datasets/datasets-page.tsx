import { Button, VisuallyHidden } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery, type UseInfiniteQueryResult } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { datasetsQuery } from '../../api/queries.js';
import type { Dataset, Page } from '../../api/types.js';
import { LoadMore } from '../../ui/load-more.js';
import { PageHeader } from '../../ui/page-header.js';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.js';
import { DatasetCard } from './dataset-card.js';
import classes from './datasets-page.module.css';
import { FileDrop } from './file-drop.js';
import { FilterBar } from './filter-bar.js';
import { NewDatasetButtons } from './new-dataset-buttons.js';

const route = getRouteApi('/app/datasets');
type Datasets = UseInfiniteQueryResult<{ readonly pages: readonly Page<Dataset>[] }>;

export function DatasetsPage(): ReactElement {
  const { t } = useTranslation();
  const filter = route.useSearch();
  const query = useInfiniteQuery({ ...datasetsQuery(filter), placeholderData: keepPreviousData });
  const unfiltered = filter.q === undefined && filter.task === undefined;
  const isFirstStep = unfiltered && query.data?.pages[0]?.items.length === 0;
  return (
    <>
      <PageHeader title={t('datasets.title')} subtitle={t('datasets.subtitle')}>
        {!isFirstStep && <NewDatasetButtons />}
      </PageHeader>
      {isFirstStep ? (
        <FirstStep />
      ) : (
        <>
          <FilterBar />
          <DatasetList query={query} />
        </>
      )}
      <FileDrop />
    </>
  );
}

/** An installation without data: what to do, in place of an empty list. */
function FirstStep(): ReactElement {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon="dataset"
      title={t('datasets.emptyTitle')}
      text={t('datasets.emptyText')}
      framed
      hint={
        <>
          {t('datasets.emptyHint')} <code className="mono">npm run convert</code>
        </>
      }
    >
      <NewDatasetButtons />
    </EmptyState>
  );
}

function DatasetList({ query }: { readonly query: Datasets }): ReactElement {
  const { t } = useTranslation();
  const navigate = useNavigate();
  if (query.isPending) return <LoadingState rows={3} height={120} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const datasets = query.data.pages.flatMap((page) => page.items);
  if (datasets.length === 0) {
    return (
      <EmptyState icon="search" title={t('datasets.noneFoundTitle')} text={t('datasets.noneFoundText')}>
        <Button variant="default" onClick={() => void navigate({ to: '/datasets', search: {} })}>
          {t('datasets.clearSearch')}
        </Button>
      </EmptyState>
    );
  }
  return (
    <>
      <VisuallyHidden aria-live="polite">{t('datasets.shown', { count: datasets.length })}</VisuallyHidden>
      <ul className={classes.grid} aria-busy={query.isFetching}>
        {datasets.map((dataset) => (
          <li key={dataset.id}>
            <DatasetCard dataset={dataset} />
          </li>
        ))}
      </ul>
      <LoadMore query={query} />
    </>
  );
}
