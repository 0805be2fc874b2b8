import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { datasetQuery } from '../../api/queries.js';
import type { Dataset } from '../../api/types.js';
import { BackLink } from '../../ui/back-link.js';
import { ButtonLink } from '../../ui/links.js';
import { PageHeader } from '../../ui/page-header.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import classes from './dataset-frame.module.css';

const PARTS = [
  { to: '/datasets/$datasetId', key: 'overview' },
  { to: '/datasets/$datasetId/images', key: 'images' },
  { to: '/datasets/$datasetId/versions', key: 'versions' },
  { to: '/datasets/$datasetId/models', key: 'models' },
  { to: '/datasets/$datasetId/classes', key: 'classes' },
  { to: '/datasets/$datasetId/members', key: 'members' },
] as const;

/** The ways to the other parts of a dataset. */
export function DatasetNav({ datasetId }: { readonly datasetId: string }): ReactElement {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('datasetNav.label')} className={classes.nav}>
      {PARTS.map(({ to, key }) => (
        <Link key={key} to={to} params={{ datasetId }} activeOptions={{ exact: true, includeSearch: false }} activeProps={{ 'aria-current': 'page' }} className={classes.link}>
          {t(`datasetNav.${key}`)}
        </Link>
      ))}
    </nav>
  );
}

interface FrameProps {
  readonly datasetId: string;
  readonly title: string;
  readonly actions?: (dataset: Dataset) => ReactNode;
  readonly children: (dataset: Dataset) => ReactElement;
}

/** What every part of a dataset has around it: whose part it is, the ways to the others, and words where it cannot be shown. */
export function DatasetFrame({ datasetId, title, actions, children }: FrameProps): ReactElement {
  const { t } = useTranslation();
  const query = useQuery(datasetQuery(datasetId));
  if (query.isPending) return <LoadingState rows={3} height={140} />;
  if (query.isError) {
    return (
      <ErrorState error={query.error} order={1} onRetry={() => void query.refetch()}>
        <ButtonLink to="/datasets">{t('notFound.action')}</ButtonLink>
      </ErrorState>
    );
  }
  return (
    <>
      <PageHeader title={title} above={<BackLink to="/datasets/$datasetId" params={{ datasetId }}>{query.data.name}</BackLink>}>
        {actions?.(query.data)}
      </PageHeader>
      <DatasetNav datasetId={datasetId} />
      {children(query.data)}
    </>
  );
}
