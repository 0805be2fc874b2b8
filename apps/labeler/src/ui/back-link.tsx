import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactElement, Ref } from 'react';
import classes from './back-link.module.css';
import { Icon } from './icons.js';

type BackAnchorProps = AnchorHTMLAttributes<HTMLAnchorElement> & { readonly ref?: Ref<HTMLAnchorElement> };

function BackAnchor({ children, ...rest }: BackAnchorProps): ReactElement {
  return (
    <a {...rest} className={classes.back}>
      <Icon name="chevronLeft" size={15} />
      {children}
    </a>
  );
}

/** One level up: stands above a page's title. */
export const BackLink = createLink(BackAnchor);
