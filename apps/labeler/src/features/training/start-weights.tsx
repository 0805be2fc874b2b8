import { Select } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { datasetModelsQuery } from '../../api/model-queries.js';

interface Props {
  readonly datasetId: string;
  /** Of the network that is trained: others have no weights for it. */
  readonly architecture: string;
  /** Null: from scratch. */
  readonly value: string | null;
  readonly onChange: (modelId: string | null) => void;
}

const SCRATCH = '';

/** What a training begins with. Not there where the dataset has no model of this network. */
export function StartWeights({ datasetId, architecture, value, onChange }: Props): ReactElement | null {
  const { t } = useTranslation();
  const models = useInfiniteQuery(datasetModelsQuery(datasetId)).data?.pages.flatMap((page) => page.items) ?? [];
  const fitting = models.filter((one) => one.source === 'training' && one.architecture === architecture);
  if (fitting.length === 0) return null;
  return (
    <Select
      label={t('train.beginWith')}
      data={[{ value: SCRATCH, label: t('train.scratch') }, ...fitting.map((one) => ({ value: one.id, label: one.name }))]}
      value={value ?? SCRATCH}
      allowDeselect={false}
      onChange={(id) => onChange(id === null || id === SCRATCH ? null : id)}
    />
  );
}
