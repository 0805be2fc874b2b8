import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Job } from '../../api/types.js';
import { Facts } from '../../ui/facts.js';
import { Panel } from '../../ui/panel.js';
import { useSettingText } from './use-setting-text.js';

/** The hyperparameters in words. */
export function JobSettings({ job }: { readonly job: Job }): ReactElement {
  const { t } = useTranslation();
  const { nameOf, valueOf } = useSettingText();
  const items = Object.entries(job.hyperparameters).map(([name, value]) => ({ label: nameOf(name), value: valueOf(name, value) }));
  return (
    <Panel title={t('job.settings')}>
      <Facts items={items} columns />
    </Panel>
  );
}
