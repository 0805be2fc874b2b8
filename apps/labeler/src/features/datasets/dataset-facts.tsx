import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Facts, Stats } from '../../ui/facts.js';
import { Panel } from '../../ui/panel.js';

/** The figures one looks for first. */
export function DatasetFigures({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const labeled = dataset.num_images === 0 ? 0 : dataset.num_labeled / dataset.num_images;
  return (
    <Panel>
      <Stats
        items={[
          { label: t('dataset.images'), value: format.count(dataset.num_images) },
          { label: t('dataset.labeled'), value: format.percent(labeled), note: t('common.nOfN', { n: dataset.num_labeled, total: dataset.num_images }) },
          { label: t('dataset.classes'), value: format.count(dataset.num_classes) },
          { label: t('dataset.size'), value: format.bytes(dataset.size_bytes) },
        ]}
      />
    </Panel>
  );
}

/** The hash is for comparing by eye; its beginning is enough. */
const SHOWN_HASH = 'sha256:'.length + 12;

export function DatasetFacts({ dataset }: { readonly dataset: Dataset }): ReactElement {
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
          { label: t('dataset.hash'), value: <span className="mono">{dataset.content_hash.slice(0, SHOWN_HASH)}…</span> },
        ]}
      />
    </Panel>
  );
}
