import type { ReactElement, ReactNode } from 'react';
import classes from './page-header.module.css';
import { usePageTitle } from './use-page-title.js';

interface PageHeaderProps {
  readonly title: string;
  readonly subtitle?: ReactNode;
  readonly above?: ReactNode;
  readonly children?: ReactNode;
}

/** The page's only h1, also the document's title; actions at the right. */
export function PageHeader({ title, subtitle, above, children }: PageHeaderProps): ReactElement {
  usePageTitle(title);
  return (
    <div className={classes.header}>
      <div className={classes.text}>
        {above}
        <h1 className={classes.title}>{title}</h1>
        {subtitle !== undefined && <div className={classes.subtitle}>{subtitle}</div>}
      </div>
      {children !== undefined && <div className={classes.actions}>{children}</div>}
    </div>
  );
}
