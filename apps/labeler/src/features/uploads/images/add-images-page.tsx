import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef, useState, useSyncExternalStore, type ReactElement } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../../api/types.js';
import { Notice } from '../../../ui/notice.js';
import { showNote } from '../../../ui/notes.js';
import { DatasetFrame } from '../../datasets/dataset-frame.js';
import { mayAct } from '../../datasets/roles.js';
import styles from './add-images.module.css';
import { ChoiceFields } from './choice-fields.js';
import { FailureList } from './failure-list.js';
import { LeftNotice } from './left-notice.js';
import { PickZone } from './pick-zone.js';
import { isEnded, totalsOf, type PickedFile } from './upload-item.js';
import type { UploadChoices } from './upload-ports.js';
import { UploadProgress } from './upload-progress.js';
import { uploadSession } from './upload-sessions.js';

const route = getRouteApi('/app/datasets/$datasetId/add');

export function AddImagesPage(): ReactElement {
  const { t } = useTranslation();
  const { datasetId } = route.useParams();
  return (
    <DatasetFrame datasetId={datasetId} title={t('addImages.title')}>
      {(dataset) =>
        mayAct(dataset, 'admin') ? (
          <AddImages key={dataset.id} dataset={dataset} />
        ) : (
          <Notice tone="idle" icon="key">
            {t('addImages.mayNot')}
          </Notice>
        )
      }
    </DatasetFrame>
  );
}

function AddImages({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const [choices, setChoices] = useState<UploadChoices>({ split: null, onConflict: 'keep_both' });
  const session = uploadSession(dataset.id);
  const state = useSyncExternalStore(session.subscribe, session.snapshot);
  const totals = totalsOf(state.items);
  useRefresh(dataset.id, totals.ended);
  const pick = (picked: readonly PickedFile[]): void => {
    if (picked.length === 0) showNote({ message: t('addImages.none'), color: 'orange' });
    else session.add(picked, choices);
  };
  return (
    <div className={styles.page}>
      {state.left.length > 0 && <LeftNotice count={state.left.length} onForget={() => session.clear()} />}
      <PickZone onPick={pick}>
        <ChoiceFields choices={choices} disabled={state.items.some((item) => !isEnded(item.phase))} onChange={setChoices} />
      </PickZone>
      {totals.files > 0 && <UploadProgress dataset={dataset} state={state} totals={totals} session={session} />}
      {totals.failed > 0 && <FailureList items={state.items.filter((item) => item.phase === 'refused' || item.phase === 'failed')} />}
    </div>
  );
}

/** Dataset and gallery learn of the new images, not at each one. */
const REFRESH_MILLISECONDS = 1_500;

function useRefresh(datasetId: string, ended: number): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    if (ended === 0) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const key of ['dataset', 'images']) void client.invalidateQueries({ queryKey: [key, datasetId] });
    }, REFRESH_MILLISECONDS);
  }, [client, datasetId, ended]);
}
