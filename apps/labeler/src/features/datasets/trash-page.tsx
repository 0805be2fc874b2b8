import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { datasetsQuery } from '../../api/queries.js';
import type { Dataset } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { BackLink } from '../../ui/back-link.js';
import { Icon } from '../../ui/icons.js';
import { ButtonLink } from '../../ui/links.js';
import { LoadMore } from '../../ui/load-more.js';
import { PageHeader } from '../../ui/page-header.js';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import { useNow } from '../../ui/use-now.js';
import classes from './trash-page.module.css';
import { useRestore } from './use-restore.js';

/** What was deleted and can still be taken back. */
export function TrashPage(): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('trash.title')} subtitle={t('trash.subtitle')} above={<BackLink to="/datasets">{t('nav.datasets')}</BackLink>} />
      <TrashList />
    </>
  );
}

function TrashList(): ReactElement {
  const { t } = useTranslation();
  const query = useInfiniteQuery(datasetsQuery({ trashed: true }));
  if (query.isPending) return <LoadingState rows={3} height={72} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const datasets = query.data.pages.flatMap((page) => page.items);
  if (datasets.length === 0) {
    return (
      <EmptyState icon="trash" title={t('trash.emptyTitle')} text={t('trash.emptyText')}>
        <ButtonLink to="/datasets" variant="default">
          {t('notFound.action')}
        </ButtonLink>
      </EmptyState>
    );
  }
  return (
    <>
      <ul className={classes.list}>
        {datasets.map((dataset) => (
          <TrashRow key={dataset.id} dataset={dataset} />
        ))}
      </ul>
      <LoadMore query={query} />
    </>
  );
}

function TrashRow({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(60_000);
  const restore = useRestore(dataset);
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <h2 className={classes.name}>{dataset.name}</h2>
        <ToneBadge tone="run">{t(`task.${dataset.task_type}`)}</ToneBadge>
      </div>
      <div className={classes.facts}>
        <span>{t('datasets.images', { count: dataset.num_images })}</span>
        <span>{format.bytes(dataset.size_bytes)}</span>
        {dataset.deleted_at !== null && (
          <time dateTime={dataset.deleted_at} title={format.dateTime(dataset.deleted_at)}>
            {t('trash.deleted', { ago: format.ago(dataset.deleted_at, now) })}
          </time>
        )}
      </div>
      <Button variant="default" size="sm" leftSection={<Icon name="retry" size={16} />} loading={restore.isPending} aria-label={t('trash.restoreOne', { name: dataset.name })} onClick={() => restore.mutate()}>
        {t('trash.restore')}
      </Button>
    </li>
  );
}
