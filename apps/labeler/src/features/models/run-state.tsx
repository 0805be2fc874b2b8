import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelRun } from '../../api/types.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import { useKnownText } from '../../ui/use-known-text.js';
import classes from './models.module.css';

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

/** Why it failed: in the reader's language where the page knows the cause, else in the server's own sentence. */
export function RunFailure({ run: { failure } }: { readonly run: Pick<ModelRun, 'failure'> }): ReactElement | null {
  const known = useKnownText();
  if (failure === null) return null;
  const text = known('failure', failure.code);
  return (
    <p className={classes.failure} lang={text === null ? 'en' : undefined} title={failure.detail}>
      {text ?? failure.detail}
    </p>
  );
}
