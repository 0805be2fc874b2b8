import { Avatar, Menu, UnstyledButton } from '@mantine/core';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { session } from '../api/session.js';
import { UploadTray } from '../features/uploads/upload-tray.js';
import { Icon, Mark } from '../ui/icons.js';
import { PreferenceMenus } from './preferences.js';
import classes from './shell.module.css';
import { useUser } from './use-session.js';
import { ButtonLink } from '../ui/links.js';

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
          <nav aria-label={t('nav.main')} className={classes.nav}>
            <Link to="/datasets" className={classes.link} activeProps={{ 'aria-current': 'page' }}>
              <Icon name="dataset" />
              <span>{t('nav.datasets')}</span>
            </Link>
            <Link to="/training" className={classes.link} activeProps={{ 'aria-current': 'page' }}>
              <Icon name="training" />
              <span>{t('nav.training')}</span>
            </Link>
          </nav>
          <div className={classes.right}>
            <PreferenceMenus />
            <UserMenu />
          </div>
        </div>
      </header>
      {user?.must_change_password === true && <PasswordBanner />}
      <main id="main" ref={main} tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
      <UploadTray />
    </div>
  );
}

function UserMenu(): ReactElement {
  const { t } = useTranslation();
  const user = useUser();
  const name = user?.display_name ?? '';
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <UnstyledButton className={classes.user} aria-label={t('nav.account')}>
          <Avatar size={30} radius="xl" variant="filled" color="lagoon.8" aria-hidden="true">
            {[...name.trim()][0]?.toUpperCase() ?? '?'}
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {name}
          <br />
          {user?.email}
        </Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<Icon name="user" size={16} />}>
          {t('nav.account')}
        </Menu.Item>
        {user?.is_admin === true && (
          <Menu.Item component={Link} to="/users" leftSection={<Icon name="users" size={16} />}>
            {t('nav.users')}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="logOut" size={16} />} onClick={() => void session.logOut()}>
          {t('nav.logOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function PasswordBanner(): ReactElement {
  const { t } = useTranslation();
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

/** Back to the login when the session ends, by a logout or by itself; what was read is forgotten. */
function useLeaveWhenEnded(ended: boolean): void {
  const navigate = useNavigate();
  const client = useQueryClient();
  const href = useRouterState({ select: (state) => state.location.href });
  useEffect(() => {
    if (!ended) return;
    client.clear();
    const state = session.state();
    const byChoice = state.kind === 'out' && state.byChoice;
    void navigate({ to: '/login', search: byChoice ? {} : { redirect: href, ended: true } });
  }, [ended, navigate, client, href]);
}

/** A screen reader goes on at the new page, not at the old link. */
function useFocusOnNewPage(): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}
