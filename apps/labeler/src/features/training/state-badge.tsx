import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { JobState } from '../../api/types.js';
import type { IconName } from '../../ui/icons.js';
import { ToneBadge, type Tone } from '../../ui/tone-badge.js';

const LOOK: Readonly<Record<JobState, { readonly tone: Tone; readonly icon: IconName }>> = {
  requested: { tone: 'idle', icon: 'clock' },
  preparing: { tone: 'run', icon: 'box' },
  queued: { tone: 'idle', icon: 'clock' },
  verifying: { tone: 'run', icon: 'key' },
  running: { tone: 'run', icon: 'play' },
  cancelling: { tone: 'warn', icon: 'stop' },
  completed: { tone: 'good', icon: 'check' },
  failed: { tone: 'bad', icon: 'alert' },
  cancelled: { tone: 'idle', icon: 'stop' },
};

export function StateBadge({ state }: { readonly state: JobState }): ReactElement {
  const { t } = useTranslation();
  return (
    <ToneBadge tone={LOOK[state].tone} icon={LOOK[state].icon}>
      {t(`state.${state}`)}
    </ToneBadge>
  );
}
