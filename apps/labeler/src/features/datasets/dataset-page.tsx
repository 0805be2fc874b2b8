import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { datasetQuery } from '../../api/queries.js';
import type { Dataset } from '../../api/types.js';
import { BackLink } from '../../ui/back-link.js';
import FindingsTable from '../../ui/findings-table.js';
import { ButtonLink } from '../../ui/links.js';
import { PageHeader } from '../../ui/page-header.js';
import { Panel } from '../../ui/panel.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import { CostPanel } from '../cost/cost-panel.js';
import { TrainPanel } from '../training/train-panel.js';
import { BackgroundNotice } from './background-notice.js';
import { ClassTable } from './class-table.js';
import { DatasetFacts, DatasetFigures } from './dataset-facts.js';
import { DatasetJobs } from './dataset-jobs.js';
import classes from './dataset-page.module.css';
import { DatasetNav } from './dataset-frame.js';
import { DeleteButton } from './delete-button.js';
import { DownloadButton } from './download-button.js';
import { EditButton } from './edit-button.js';
import { ExportMenu } from './export-menu.js';
import { ImportButton } from './import-dialog.js';
import { mayAct } from './roles.js';
import { SplitBar } from './split-bar.js';
import { SplitsButton } from './splits-dialog.js';

const route = getRouteApi('/app/datasets/$datasetId');

export function DatasetPage(): ReactElement {
  const { t } = useTranslation();
  const { datasetId } = route.useParams();
  const query = useQuery(datasetQuery(datasetId));
  if (query.isPending) return <LoadingState rows={3} height={140} />;
  if (query.isError) {
    return (
      <ErrorState error={query.error} order={1} onRetry={() => void query.refetch()}>
        <ButtonLink to="/datasets">{t('notFound.action')}</ButtonLink>
      </ErrorState>
    );
  }
  return <DatasetView dataset={query.data} />;
}

function DatasetView({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const { version } = route.useSearch();
  const owns = mayAct(dataset, 'owner');
  return (
    <>
      <PageHeader title={dataset.name} above={<BackLink to="/datasets">{t('nav.datasets')}</BackLink>} subtitle={<Badges dataset={dataset} />}>
        <DownloadButton dataset={dataset} />
        <ExportMenu dataset={dataset} />
        {mayAct(dataset, 'admin') && <ImportButton dataset={dataset} />}
        {owns && <EditButton dataset={dataset} />}
        {owns && <DeleteButton dataset={dataset} />}
      </PageHeader>
      <DatasetNav datasetId={dataset.id} />
      <div className={classes.page}>
        <BackgroundNotice dataset={dataset} />
        <DatasetFigures dataset={dataset} />
        <div className={classes.columns}>
          <div className={classes.column}>
            <Panel title={t('dataset.splits')} aside={mayAct(dataset, 'admin') && <SplitsButton dataset={dataset} />}>
              <SplitBar splits={dataset.splits} />
            </Panel>
            <Panel title={t('dataset.classes')} flush>
              <ClassTable items={dataset.classes} />
            </Panel>
            {dataset.warnings.length > 0 && <Warnings dataset={dataset} />}
          </div>
          <div className={`${classes.column} ${classes.aside}`}>
            <TrainPanel dataset={dataset} version={version} />
            <DatasetJobs datasetId={dataset.id} />
            <DatasetFacts dataset={dataset} />
            <CostPanel datasetId={dataset.id} />
          </div>
        </div>
      </div>
    </>
  );
}

function Badges({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  return (
    <span className={classes.badges}>
      <ToneBadge tone="run">{t(`task.${dataset.task_type}`)}</ToneBadge>
      {dataset.multi_label && <ToneBadge tone="idle">{t('task.multiLabel')}</ToneBadge>}
      {dataset.visibility === 'public' && <ToneBadge tone="idle">{t('datasets.public')}</ToneBadge>}
    </span>
  );
}

function Warnings({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  return (
    <Panel title={t('dataset.warnings', { count: dataset.warnings.length })}>
      <Text size="sm" c="dimmed" mb="sm">
        {t('dataset.warningsText')}
      </Text>
      <FindingsTable findings={dataset.warnings} total={dataset.warnings.length} fileName={dataset.name} tone="warn" />
    </Panel>
  );
}
