import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { UploadTray } from '../features/uploads/upload-tray.js';
import { Icon, Mark } from '../ui/icons.js';
import { useShortcut } from '../ui/shortcuts.js';
import { PasswordBanner } from './password-banner.js';
import { PreferenceMenus } from './preferences.js';
import classes from './shell.module.css';
import { ShortcutHelp } from './shortcut-help.js';
import { useFocusOnNewPage, useLeaveWhenEnded } from './use-page-changes.js';
import { useUser } from './use-session.js';
import { UserMenu } from './user-menu.js';

const PAGES = [
  { to: '/datasets', key: 'datasets', icon: 'dataset' },
  { to: '/training', key: 'training', icon: 'training' },
] as const;

/** Frame of every page but the login: where one is, who one is, and the uploads under way. */
export function Shell(): ReactElement {
  const { t } = useTranslation();
  const user = useUser();
  useLeaveWhenEnded(user === null);
  const main = useFocusOnNewPage();
  return (
    <div className={classes.frame}>
      <a className="skip-link" href="#main">
        {t('app.skip')}
      </a>
      <header className={classes.header}>
        <div className={classes.bar}>
          <Link to="/datasets" className={classes.brand} aria-label={t('app.name')}>
            <Mark />
            <span className={classes.name}>{t('app.name')}</span>
          </Link>
          <MainMenu />
          <div className={classes.right}>
            <PreferenceMenus />
            <UserMenu />
          </div>
        </div>
      </header>
      <PasswordBanner />
      <main id="main" ref={main} tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
      <UploadTray />
      <ShortcutHelp />
    </div>
  );
}

function MainMenu(): ReactElement {
  const { t } = useTranslation();
  const navigate = useNavigate();
  useShortcut('KeyD', t('nav.datasets'), () => void navigate({ to: '/datasets' }));
  useShortcut('KeyT', t('nav.training'), () => void navigate({ to: '/training' }));
  return (
    <nav aria-label={t('nav.main')} className={classes.nav}>
      {PAGES.map(({ to, key, icon }) => (
        <Link key={to} to={to} className={classes.link} activeProps={{ 'aria-current': 'page' }}>
          <Icon name={icon} />
          <span>{t(`nav.${key}`)}</span>
        </Link>
      ))}
    </nav>
  );
}
