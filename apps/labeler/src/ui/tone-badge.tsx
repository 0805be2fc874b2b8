import type { ReactElement } from 'react';
import { Icon, type IconName } from './icons.js';
import classes from './tone-badge.module.css';

export type Tone = 'good' | 'bad' | 'warn' | 'run' | 'idle';

/** A state by word, icon and colour: never by colour alone. */
export function ToneBadge({ tone, icon, children }: { readonly tone: Tone; readonly icon?: IconName; readonly children: string }): ReactElement {
  return (
    <span className={classes.badge} data-tone={tone}>
      {icon !== undefined && <Icon name={icon} size={13} />}
      {children}
    </span>
  );
}
