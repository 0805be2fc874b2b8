import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import classes from './split-bar.module.css';

const SPLITS = ['train', 'val', 'test', 'unassigned'] as const;

/** How the images are divided; the list below says it in numbers. */
export function SplitBar({ splits }: { readonly splits: Dataset['splits'] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const total = SPLITS.reduce((sum, split) => sum + splits[split], 0);
  return (
    <>
      <div className={classes.bar} aria-hidden="true">
        {SPLITS.filter((split) => splits[split] > 0).map((split) => (
          <span key={split} data-split={split} style={{ flexGrow: splits[split] }} />
        ))}
      </div>
      <dl className={classes.legend}>
        {SPLITS.map((split) => (
          <div key={split}>
            <dt>
              <span className={classes.dot} data-split={split} />
              {t(`dataset.split.${split}`)}
            </dt>
            <dd>
              {format.count(splits[split])}
              <span className={classes.share}>{format.percent(total === 0 ? 0 : splits[split] / total)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
