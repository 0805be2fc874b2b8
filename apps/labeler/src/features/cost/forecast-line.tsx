import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { forecastQuery, type ActionWish } from '../../api/cost-queries.js';
import { useFormat } from '../../i18n/use-format.js';
import classes from './cost.module.css';

/** What the action will ask of the store, in one line, before it is done. Nothing where it cannot be told. */
export function ForecastLine({ datasetId, wish }: { readonly datasetId: string; readonly wish: ActionWish }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const { data } = useQuery(forecastQuery(datasetId, wish));
  if (data === undefined) return null;
  const { requests, usd, bytes, usd_per_month: usdPerMonth, exact } = data;
  const asked = requests.class_a + requests.class_b === 0 ? t('cost.nothing') : t(exact ? 'cost.will' : 'cost.willAbout', { a: requests.class_a, b: requests.class_b, usd: format.usd(usd) });
  return (
    <p className={classes.forecast} data-forecast={data.action}>
      {asked}
      {bytes > 0 && ` ${t('cost.willStore', { bytes: format.bytes(bytes), usd: format.usd(usdPerMonth) })}`}
    </p>
  );
}
