import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { showNote } from '../../ui/notes.js';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { problemOf } from '../../api/problem.js';
import { datasetQuery } from '../../api/queries.js';
import type { Dataset, SignedUrl } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Confirm } from '../../ui/confirm.js';
import { Facts, Stats } from '../../ui/facts.js';
import FindingsTable from '../../ui/findings-table.js';
import { Icon } from '../../ui/icons.js';
import { PageHeader } from '../../ui/page-header.js';
import { Panel } from '../../ui/panel.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import { useProblemText } from '../../ui/use-problem-text.js';
import { TrainPanel } from '../training/train-panel.js';
import { ClassTable } from './class-table.js';
import { DatasetJobs } from './dataset-jobs.js';
import classes from './dataset-page.module.css';
import { SplitBar } from './split-bar.js';
import { AnchorLink } from '../../ui/links.js';

const route = getRouteApi('/app/datasets/$datasetId');

export function DatasetPage(): ReactElement {
  const { datasetId } = route.useParams();
  const query = useQuery(datasetQuery(datasetId));
  if (query.isPending) return <LoadingState rows={3} height={140} />;
  if (query.isError) {
    return (
      <ErrorState error={query.error} order={1} onRetry={() => void query.refetch()}>
        <BackLink />
      </ErrorState>
    );
  }
  return <DatasetView dataset={query.data} />;
}

function DatasetView({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <PageHeader title={dataset.name} above={<BackLink />} subtitle={<Badges dataset={dataset} />}>
        <DownloadButton dataset={dataset} />
        {dataset.role === 'owner' && <DeleteButton dataset={dataset} />}
      </PageHeader>
      <div className={classes.columns}>
        <div className={classes.column}>
          <Panel>
            <Stats
              items={[
                { label: t('dataset.images'), value: format.count(dataset.num_images) },
                { label: t('dataset.labeled'), value: format.percent(dataset.num_images === 0 ? 0 : dataset.num_labeled / dataset.num_images), note: t('common.nOfN', { n: dataset.num_labeled, total: dataset.num_images }) },
                { label: t('dataset.classes'), value: format.count(dataset.num_classes) },
                { label: t('dataset.size'), value: format.bytes(dataset.size_bytes) },
              ]}
            />
          </Panel>
          <Panel title={t('dataset.splits')}>
            <SplitBar splits={dataset.splits} />
          </Panel>
          <Panel title={t('dataset.classes')} flush>
            <ClassTable items={dataset.classes} />
          </Panel>
          {dataset.warnings.length > 0 && (
            <Panel title={t('dataset.warnings', { count: dataset.warnings.length })}>
              <Text size="sm" c="dimmed" mb="sm">
                {t('dataset.warningsText')}
              </Text>
              <FindingsTable findings={dataset.warnings} total={dataset.warnings.length} fileName={dataset.name} tone="warn" />
            </Panel>
          )}
        </div>
        <div className={classes.column}>
          <TrainPanel dataset={dataset} />
          <DatasetJobs datasetId={dataset.id} />
          <FactsPanel dataset={dataset} />
        </div>
      </div>
    </>
  );
}

function BackLink(): ReactElement {
  const { t } = useTranslation();
  return (
    <AnchorLink to="/datasets" size="sm" w="fit-content">
      {t('nav.datasets')}
    </AnchorLink>
  );
}

function Badges({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  return (
    <span className={classes.badges}>
      <ToneBadge tone="run">{t(`task.${dataset.task_type}`)}</ToneBadge>
      {dataset.multi_label && <ToneBadge tone="idle">{t('task.multiLabel')}</ToneBadge>}
    </span>
  );
}

function FactsPanel({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Panel title={t('dataset.facts')}>
      <Facts
        items={[
          { label: t('dataset.visibility'), value: t(`dataset.visibilities.${dataset.visibility}`) },
          ...(dataset.role === null ? [] : [{ label: t('dataset.role'), value: t(`dataset.roles.${dataset.role}`) }]),
          { label: t('dataset.created'), value: format.dateTime(dataset.created_at) },
          { label: t('dataset.updated'), value: format.dateTime(dataset.updated_at) },
          { label: t('dataset.identifier'), value: <span className="mono">{dataset.id}</span> },
          { label: t('dataset.hash'), value: <span className="mono">{dataset.content_hash.slice(0, 16)}</span> },
        ]}
      />
    </Panel>
  );
}

/** A fresh presigned address for each click: it would run out in a page that stays open. */
function DownloadButton({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const fail = useFailNote();
  const download = useMutation({
    mutationFn: () => http.get<SignedUrl>(`datasets/${dataset.id}/download`),
    onSuccess: ({ url }) => window.location.assign(url),
    onError: fail,
  });
  return (
    <Button variant="default" leftSection={<Icon name="download" size={17} />} loading={download.isPending} onClick={() => download.mutate()}>
      {t('dataset.download')}
    </Button>
  );
}

function DeleteButton({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const client = useQueryClient();
  const fail = useFailNote();
  const { id, name } = dataset;
  const restore = useMutation({
    mutationFn: () => http.postOnce<Dataset>(`datasets/${id}/restore`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['datasets'] });
      showNote({ message: t('dataset.restored', { name }), color: 'green' });
    },
    onError: fail,
  });
  const remove = useMutation({
    mutationFn: () => http.delete(`datasets/${id}`),
    onSuccess: async () => {
      await navigate({ to: '/datasets' });
      client.removeQueries({ queryKey: ['dataset', id] });
      void client.invalidateQueries({ queryKey: ['datasets'] });
      const note = showNote({
        autoClose: 10_000,
        message: (
          <span className={classes.undo}>
            <span>{t('dataset.deleted', { name })}</span>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => {
                notifications.hide(note);
                restore.mutate();
              }}
            >
              {t('common.undo')}
            </Button>
          </span>
        ),
      });
    },
    onError: (error) => {
      setAsking(false);
      fail(error);
    },
  });
  return (
    <>
      <Button variant="default" leftSection={<Icon name="trash" size={17} />} onClick={() => setAsking(true)}>
        {t('dataset.delete')}
      </Button>
      <Confirm
        opened={asking}
        title={t('dataset.deleteTitle')}
        text={t('dataset.deleteText', { name })}
        confirm={t('dataset.deleteConfirm')}
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

function useFailNote(): (error: unknown) => void {
  const { t } = useTranslation();
  const text = useProblemText();
  return (error) => void showNote({ color: 'red', title: t('problem.title'), message: text(problemOf(error)) });
}
