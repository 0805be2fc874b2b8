import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import { useNow } from '../../ui/use-now.js';
import { ClassBar } from './class-bar.js';
import classes from './dataset-card.module.css';

export function DatasetCard({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(60_000);
  const labeled = dataset.num_images === 0 ? 0 : dataset.num_labeled / dataset.num_images;
  return (
    <article className={classes.card}>
      <ClassBar items={dataset.classes} />
      <h2 className={classes.name}>
        <Link to="/datasets/$datasetId" params={{ datasetId: dataset.id }} className={classes.link}>
          {dataset.name}
        </Link>
      </h2>
      <div className={classes.badges}>
        <ToneBadge tone="run">{t(`task.${dataset.task_type}`)}</ToneBadge>
        {dataset.multi_label && <ToneBadge tone="idle">{t('task.multiLabel')}</ToneBadge>}
        {dataset.visibility === 'public' && <ToneBadge tone="idle">{t('datasets.public')}</ToneBadge>}
        {dataset.warnings.length > 0 && (
          <ToneBadge tone="warn" icon="alert">
            {t('dataset.warnings', { count: dataset.warnings.length })}
          </ToneBadge>
        )}
      </div>
      <Text size="sm" className={classes.figures}>
        <span>{t('datasets.images', { count: dataset.num_images })}</span>
        <span>{t('datasets.classes', { count: dataset.num_classes })}</span>
        <span>{t('datasets.labeled', { percent: format.percent(labeled) })}</span>
      </Text>
      <Text size="xs" c="dimmed" className={classes.foot}>
        <time dateTime={dataset.updated_at} title={format.dateTime(dataset.updated_at)}>
          {t('datasets.changed', { ago: format.ago(dataset.updated_at, now) })}
        </time>
        <span>{format.bytes(dataset.size_bytes)}</span>
      </Text>
    </article>
  );
}
