import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/icons.js';
import { ButtonLink } from '../ui/links.js';
import classes from './shell.module.css';
import { useUser } from './use-session.js';

/** Stays until the user has a password of their own. */
export function PasswordBanner(): ReactElement | null {
  const { t } = useTranslation();
  const user = useUser();
  if (user?.must_change_password !== true) return null;
  return (
    <div className={classes.banner} role="status">
      <Icon name="key" />
      <span>{t('password.banner')}</span>
      <ButtonLink to="/account" hash="password" size="xs" variant="default">
        {t('password.bannerAction')}
      </ButtonLink>
    </div>
  );
}
