import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Job } from '../../api/types.js';
import { Facts } from '../../ui/facts.js';
import { Panel } from '../../ui/panel.js';
import { useKnownText } from '../../ui/use-known-text.js';

/** The hyperparameters in words; a zero that means something is written as what it means. */
export function JobSettings({ job }: { readonly job: Job }): ReactElement {
  const { t } = useTranslation();
  const known = useKnownText();
  const text = (name: string, value: number | string | boolean): string => {
    if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no');
    if (typeof value === 'string') return known('choice', value) ?? value;
    return (value === 0 ? known('hyperZero', name) : null) ?? String(value);
  };
  const items = Object.entries(job.hyperparameters).map(([name, value]) => ({ label: known('hyper', name) ?? name.replaceAll('_', ' '), value: text(name, value) }));
  return (
    <Panel title={t('job.settings')}>
      <Facts items={items} columns />
    </Panel>
  );
}
