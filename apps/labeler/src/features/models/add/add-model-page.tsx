import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../../ui/notice.js';
import { DatasetFrame } from '../../datasets/dataset-frame.js';
import { mayAct } from '../../datasets/roles.js';
import { AddModelForm } from './add-model-form.js';

const route = getRouteApi('/app/datasets/$datasetId/models/add');

/** A model that was trained elsewhere comes into the dataset's registry. */
export function AddModelPage(): ReactElement {
  const { t } = useTranslation();
  const { datasetId } = route.useParams();
  return (
    <DatasetFrame datasetId={datasetId} title={t('addModel.title')}>
      {(dataset) =>
        mayAct(dataset, 'admin') ? (
          <AddModelForm key={dataset.id} dataset={dataset} />
        ) : (
          <Notice tone="idle" icon="key">
            {t('addModel.mayNot')}
          </Notice>
        )
      }
    </DatasetFrame>
  );
}
