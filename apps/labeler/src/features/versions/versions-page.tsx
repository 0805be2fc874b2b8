import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset, Version } from '../../api/types.js';
import { versionsQuery } from '../../api/version-queries.js';
import { Icon } from '../../ui/icons.js';
import { LoadMore } from '../../ui/load-more.js';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.js';
import { DatasetFrame } from '../datasets/dataset-frame.js';
import { mayAct } from '../datasets/roles.js';
import { ComparePanel } from './compare-panel.js';
import { RestoreDialog } from './restore-dialog.js';
import { VersionCard } from './version-card.js';
import { WordsDialog } from './words-dialog.js';
import classes from './versions.module.css';

const route = getRouteApi('/app/datasets/$datasetId/versions');

export function VersionsPage(): ReactElement {
  const { t } = useTranslation();
  const { datasetId } = route.useParams();
  const [making, setMaking] = useState(false);
  return (
    <DatasetFrame
      datasetId={datasetId}
      title={t('versions.title')}
      actions={(dataset) =>
        mayAct(dataset, 'admin') && (
          <Button leftSection={<Icon name="plus" size={17} />} onClick={() => setMaking(true)}>
            {t('versions.create')}
          </Button>
        )
      }
    >
      {(dataset) => (
        <>
          <Versions dataset={dataset} onMake={() => setMaking(true)} />
          <WordsDialog datasetId={dataset.id} opened={making} version={null} onClose={() => setMaking(false)} />
        </>
      )}
    </DatasetFrame>
  );
}

function Versions({ dataset, onMake }: { readonly dataset: Dataset; readonly onMake: () => void }): ReactElement {
  const { t } = useTranslation();
  const { from, to } = route.useSearch();
  const query = useInfiniteQuery(versionsQuery(dataset.id));
  const [edited, setEdited] = useState<Version | null>(null);
  const [restored, setRestored] = useState<Version | null>(null);
  if (query.isPending) return <LoadingState rows={3} height={140} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const versions = query.data.pages.flatMap((page) => page.items);
  if (versions.length === 0) {
    return (
      <EmptyState icon="box" title={t('versions.emptyTitle')} text={t('versions.emptyText')}>
        {mayAct(dataset, 'admin') && <Button onClick={onMake}>{t('versions.create')}</Button>}
      </EmptyState>
    );
  }
  return (
    <>
      {from !== undefined && to !== undefined && <ComparePanel dataset={dataset} from={from} to={to} versions={versions} />}
      <ol className={classes.timeline}>
        {versions.map((version) => (
          <VersionCard key={version.id} dataset={dataset} version={version} onEdit={() => setEdited(version)} onRestore={() => setRestored(version)} />
        ))}
      </ol>
      <LoadMore query={query} />
      <WordsDialog key={edited?.id} datasetId={dataset.id} opened={edited !== null} version={edited} onClose={() => setEdited(null)} />
      <RestoreDialog datasetId={dataset.id} version={restored?.version ?? null} onClose={() => setRestored(null)} />
    </>
  );
}
