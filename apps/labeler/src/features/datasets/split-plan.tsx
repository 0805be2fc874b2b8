import { Stack } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SplitPlan } from '../../api/types.js';
import { Notice } from '../../ui/notice.js';
import { SplitBar } from './split-bar.js';

/** What a rule would do: the sides as they would be, how many images change, and what to know. */
export function SplitPlanView({ plan }: { readonly plan: SplitPlan }): ReactElement {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" role="status">
      <strong>{plan.changed === 0 ? t('splits.wouldNone') : t('splits.would', { count: plan.changed })}</strong>
      <SplitBar splits={plan.counts} />
      {plan.warnings.length > 0 && (
        <Notice tone="warn" title={t('splits.warnings')}>
          <ul>
            {plan.warnings.map((one) => (
              <li key={one.code}>{t(`splits.warning.${one.code}`, { count: one.count })}</li>
            ))}
          </ul>
        </Notice>
      )}
    </Stack>
  );
}
