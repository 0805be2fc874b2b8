import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { classesQuery } from '../../api/class-queries.js';
import type { ClassList, Dataset, LabelClass } from '../../api/types.js';
import { Notice } from '../../ui/notice.js';
import { Panel } from '../../ui/panel.js';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.js';
import { DatasetFrame } from '../datasets/dataset-frame.js';
import { mayAct } from '../datasets/roles.js';
import { AddClass } from './add-class.js';
import { ClassDialogs, type Asked } from './class-dialogs.js';
import { ClassRow } from './class-row.js';
import styles from './classes.module.css';
import { useChangeClasses } from './use-change-classes.js';

const route = getRouteApi('/app/datasets/$datasetId/classes');

export function ClassesPage(): ReactElement {
  const { t } = useTranslation();
  const { datasetId } = route.useParams();
  return (
    <DatasetFrame datasetId={datasetId} title={t('classes.title')}>
      {(dataset) => <Classes dataset={dataset} />}
    </DatasetFrame>
  );
}

function Classes({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const query = useQuery(classesQuery(dataset.id));
  if (query.isPending) return <LoadingState rows={4} height={52} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <ClassEditor dataset={dataset} list={query.data} />;
}

function ClassEditor({ dataset, list }: { readonly dataset: Dataset; readonly list: ClassList }): ReactElement {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Asked | null>(null);
  const change = useChangeClasses(dataset.id, list.revision);
  const mayChange = mayAct(dataset, 'admin');
  const move = (from: number, to: number): void => {
    const ids = list.classes.map((one) => one.id);
    const moved = ids[from];
    if (moved === undefined) return;
    change.mutate({ kind: 'order', ids: ids.toSpliced(from, 1).toSpliced(to, 0, moved) });
  };
  return (
    <div className={styles.page}>
      {!mayChange && (
        <Notice tone="idle" icon="key">
          {t('classes.mayNot')}
        </Notice>
      )}
      {list.classes.length === 0 && <EmptyState icon="box" title={t('classes.emptyTitle')} text={mayChange ? t('classes.emptyText') : t('classes.noneText')} />}
      {list.classes.length > 0 && (
        <ol className={styles.list} aria-label={t('classes.list')}>
          {list.classes.map((one: LabelClass, place) => (
            <ClassRow key={one.id} datasetId={dataset.id} item={one} place={place} count={list.classes.length} change={mayChange ? change : null} onMove={(to) => move(place, to)} onAsk={(kind) => setAsked({ kind, item: one })} />
          ))}
        </ol>
      )}
      {mayChange && (
        <Panel title={t('classes.add')}>
          <AddClass change={change} />
        </Panel>
      )}
      <ClassDialogs dataset={dataset} list={list} asked={asked} change={change} onAsk={setAsked} />
    </div>
  );
}
