import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DatasetClass } from '../../api/types.js';
import classes from './class-bar.module.css';

/** More slices than this cannot be told apart at the width of a card. */
const MOST_SLICES = 40;

/** Only what the API promises: a name of a colour or worse never reaches a style. */
export const safeColor = (color: string): string => (/^#[0-9a-f]{6}$/i.test(color) ? color : '#97a3a1');

/** How the labeled images spread over the classes, in the classes' own colours. */
export function ClassBar({ items }: { readonly items: readonly DatasetClass[] }): ReactElement {
  const { t } = useTranslation();
  const shown = items.filter((one) => one.count > 0).slice(0, MOST_SLICES);
  const label = shown.slice(0, 10).map((one) => `${one.name} ${one.count}`);
  return (
    <div className={classes.bar} role="img" aria-label={`${t('datasets.balance')}: ${label.join(', ')}`}>
      {shown.map((one) => (
        <span key={one.id} style={{ flexGrow: one.count, background: safeColor(one.color) }} />
      ))}
    </div>
  );
}
