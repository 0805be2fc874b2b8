import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { costQuery } from '../../api/cost-queries.js';
import type { Cost } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Facts } from '../../ui/facts.js';
import { Panel } from '../../ui/panel.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import classes from './cost.module.css';

/** What a dataset costs, or (null) the installation: an estimate from what lies in the store and what was asked of it. */
export function CostPanel({ datasetId }: { readonly datasetId: string | null }): ReactElement {
  const { t } = useTranslation();
  const query = useQuery(costQuery(datasetId));
  return (
    <Panel title={t('cost.title')}>
      {query.isPending && <LoadingState rows={2} height={32} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && <Figures cost={query.data} />}
    </Panel>
  );
}

function Figures({ cost }: { readonly cost: Cost }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { requests, announced_reads: announced, prices } = cost;
  const asked = format.count(requests.class_a + requests.class_b);
  return (
    <>
      <Facts
        items={[
          { label: t('cost.month'), value: <strong>{format.usd(cost.month_usd)}</strong> },
          { label: t('cost.storage'), value: t('cost.perMonth', { usd: format.usd(cost.storage_usd_per_month) }) },
          ...cost.storage.map((one) => ({ label: t(`cost.kinds.${one.kind}`), value: `${format.bytes(one.bytes)} · ${format.usd(one.usd_per_month)}` })),
          { label: t('cost.operations'), value: `${asked} · ${format.usd(cost.operations_usd)}` },
          { label: t('cost.classes'), value: t('cost.classCounts', { a: format.count(requests.class_a), b: format.count(requests.class_b) }) },
          ...(announced === 0 ? [] : [{ label: t('cost.announced'), value: `${format.count(announced)} · ${format.usd(cost.announced_usd)}` }]),
        ]}
      />
      <p className={classes.prices}>{t('cost.prices', { gb: format.usd(prices.storage_gb_month), a: format.usd(prices.class_a_million), b: format.usd(prices.class_b_million) })}</p>
    </>
  );
}
