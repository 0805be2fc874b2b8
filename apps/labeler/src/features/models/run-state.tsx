import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelRun } from '../../api/types.js';
import { ToneBadge } from '../../ui/tone-badge.js';

const LOOKS = { done: { tone: 'good', icon: 'check' }, failed: { tone: 'bad', icon: 'alert' }, cancelled: { tone: 'idle', icon: 'stop' }, undone: { tone: 'idle', icon: 'retry' } } as const;
const UNDER_WAY = { tone: 'run', icon: 'clock' } as const;

export function RunState({ state }: { readonly state: ModelRun['state'] }): ReactElement {
  const { t } = useTranslation();
  const { tone, icon } = state in LOOKS ? LOOKS[state as keyof typeof LOOKS] : UNDER_WAY;
  return (
    <ToneBadge tone={tone} icon={icon}>
      {t(`models.runStates.${state}`)}
    </ToneBadge>
  );
}
