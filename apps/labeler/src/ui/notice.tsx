import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './icons.js';
import classes from './notice.module.css';
import type { Tone } from './tone-badge.js';

interface NoticeProps {
  readonly tone: Tone;
  readonly icon?: IconName;
  readonly title?: string;
  readonly children?: ReactNode;
  /** Says itself when it appears. */
  readonly live?: boolean;
}

/** A box with something to know. */
export function Notice({ tone, icon = 'alert', title, children, live = false }: NoticeProps): ReactElement {
  return (
    <div className={classes.notice} data-tone={tone} role={live ? 'alert' : undefined}>
      <Icon name={icon} size={20} />
      <div className={classes.text}>
        {title !== undefined && <p className={classes.title}>{title}</p>}
        {children}
      </div>
    </div>
  );
}
