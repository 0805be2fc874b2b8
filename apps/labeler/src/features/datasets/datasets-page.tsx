import { Button, FileButton, Select, TextInput, VisuallyHidden } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { showNote } from '../../ui/notes.js';
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { datasetsQuery } from '../../api/queries.js';
import { DATASET_SORTS, TASK_TYPES, type Dataset, type DatasetSort, type TaskType } from '../../api/types.js';
import { useProblemText } from '../../ui/use-problem-text.js';
import { problemOf } from '../../api/problem.js';
import { Icon } from '../../ui/icons.js';
import { LoadMore } from '../../ui/load-more.js';
import { PageHeader } from '../../ui/page-header.js';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.js';
import { DatasetCard } from './dataset-card.js';
import classes from './datasets-page.module.css';
import { FileDrop, useSendFiles } from './file-drop.js';

const route = getRouteApi('/app/datasets');

export function DatasetsPage(): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('datasets.title')} subtitle={t('datasets.subtitle')}>
        <DemoButton variant="default" />
        <UploadButton />
      </PageHeader>
      <FilterBar />
      <DatasetList />
      <FileDrop />
    </>
  );
}

function DatasetList(): ReactElement {
  const { t } = useTranslation();
  const filter = route.useSearch();
  const navigate = useNavigate();
  const query = useInfiniteQuery({ ...datasetsQuery(filter), placeholderData: keepPreviousData });
  if (query.isPending) return <LoadingState rows={3} height={120} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const datasets = query.data.pages.flatMap((page) => page.items);
  if (datasets.length === 0) {
    return filter.q === undefined && filter.task === undefined ? (
      <EmptyState icon="dataset" title={t('datasets.emptyTitle')} text={t('datasets.emptyText')}>
        <UploadButton />
        <DemoButton variant="light" />
      </EmptyState>
    ) : (
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

/** Long enough that a word is typed, short enough to feel at once. */
const SEARCH_DELAY_MILLISECONDS = 250;

function FilterBar(): ReactElement {
  const { t } = useTranslation();
  const { q, task, sort } = route.useSearch();
  const navigate = useNavigate();
  const [text, setText] = useState(q ?? '');
  const go = (change: { q?: string; task?: TaskType; sort?: DatasetSort }): void => void navigate({ to: '/datasets', search: (before) => ({ ...before, ...change }), replace: true });
  const search = useDebouncedCallback((value: string) => go({ q: value.trim() === '' ? undefined : value.trim() }), SEARCH_DELAY_MILLISECONDS);
  // Cleared elsewhere: by "clear the search" or the browser's back.
  useEffect(() => {
    if (q === undefined) setText('');
  }, [q]);
  const type = (value: string): void => {
    setText(value);
    search(value);
  };
  return (
    <div className={classes.filters} role="search">
      <TextInput
        className={classes.search}
        type="search"
        aria-label={t('datasets.searchLabel')}
        placeholder={t('datasets.searchPlaceholder')}
        leftSection={<Icon name="search" size={16} />}
        maxLength={120}
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
      />
      <Select
        aria-label={t('task.label')}
        value={task ?? ''}
        allowDeselect={false}
        data={[{ value: '', label: t('datasets.allTasks') }, ...TASK_TYPES.map((one) => ({ value: one, label: t(`task.${one}`) }))]}
        onChange={(value) => go({ task: TASK_TYPES.find((one) => one === value) })}
      />
      <Select
        aria-label={t('datasets.sort')}
        value={sort ?? 'newest'}
        allowDeselect={false}
        data={DATASET_SORTS.map((one) => ({ value: one, label: t(`datasets.sorts.${one}`) }))}
        onChange={(value) => go({ sort: value === 'newest' ? undefined : DATASET_SORTS.find((one) => one === value) })}
      />
    </div>
  );
}

function UploadButton(): ReactElement {
  const { t } = useTranslation();
  const send = useSendFiles();
  return (
    <FileButton multiple accept=".zip,application/zip" onChange={(files) => send(files)} inputProps={{ 'aria-label': t('datasets.chooseFiles') }}>
      {(props) => (
        <Button {...props} leftSection={<Icon name="upload" size={17} />}>
          {t('datasets.upload')}
        </Button>
      )}
    </FileButton>
  );
}

function DemoButton({ variant }: { readonly variant: 'default' | 'light' }): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const make = useMutation({
    mutationFn: () => http.postOnce<Dataset>('datasets/demo'),
    onSuccess: (dataset) => {
      client.setQueryData(['dataset', dataset.id], dataset);
      void client.invalidateQueries({ queryKey: ['datasets'] });
      showNote({ message: t('datasets.demoMade'), color: 'green' });
      void navigate({ to: '/datasets/$datasetId', params: { datasetId: dataset.id } });
    },
    onError: (error) => showNote({ color: 'red', title: t('problem.title'), message: problemText(problemOf(error)) }),
  });
  return (
    <Button variant={variant} leftSection={<Icon name="sparkle" size={17} />} loading={make.isPending} aria-label={make.isPending ? t('datasets.demoMaking') : undefined} onClick={() => make.mutate()}>
      {t('datasets.demo')}
    </Button>
  );
}
