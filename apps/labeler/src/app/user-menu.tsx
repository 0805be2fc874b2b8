import { Avatar, Menu, UnstyledButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { session } from '../api/session.js';
import { Icon } from '../ui/icons.js';
import { openShortcutHelp } from './shortcut-help.js';
import classes from './shell.module.css';
import { useUser } from './use-session.js';

/** Who is logged in, and what belongs to them. */
export function UserMenu(): ReactElement {
  const { t } = useTranslation();
  const user = useUser();
  const name = user?.display_name ?? '';
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton className={classes.user} aria-label={t('nav.account')}>
          <Avatar size={30} radius="xl" variant="filled" color="lagoon.8" aria-hidden="true">
            {[...name.trim()][0]?.toUpperCase() ?? '?'}
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className={classes.who}>
          <strong>{name}</strong>
          <span>{user?.email}</span>
        </Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<Icon name="user" size={16} />}>
          {t('nav.account')}
        </Menu.Item>
        {user?.is_admin === true && (
          <Menu.Item component={Link} to="/users" leftSection={<Icon name="users" size={16} />}>
            {t('nav.users')}
          </Menu.Item>
        )}
        {user?.is_admin === true && (
          <Menu.Item component={Link} to="/settings" leftSection={<Icon name="key" size={16} />}>
            {t('doctor.title')}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Icon name="keyboard" size={16} />} onClick={openShortcutHelp}>
          {t('shortcuts.title')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="logOut" size={16} />} onClick={() => void session.logOut()}>
          {t('nav.logOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
