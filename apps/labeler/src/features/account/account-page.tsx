import { Group } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PreferenceControls } from '../../app/preferences.js';
import { useUser } from '../../app/use-session.js';
import { Facts } from '../../ui/facts.js';
import { PageHeader } from '../../ui/page-header.js';
import { Panel } from '../../ui/panel.js';
import classes from './account-page.module.css';
import { ApiKeysPanel } from './api-keys-panel.js';
import { PasswordForm } from './password-form.js';

export function AccountPage(): ReactElement {
  const { t } = useTranslation();
  const user = useUser();
  return (
    <>
      <PageHeader title={t('account.title')} />
      <div className={classes.columns}>
        <div className={classes.column}>
          <Panel title={t('account.profile')}>
            <Facts
              items={[
                { label: t('account.name'), value: user?.display_name },
                { label: t('account.email'), value: user?.email },
                { label: t('account.role'), value: t(user?.is_admin === true ? 'account.administrator' : 'account.user') },
              ]}
            />
          </Panel>
          <Panel title={t('account.preferences')}>
            <Group gap="md">
              <PreferenceControls />
            </Group>
          </Panel>
          <div id="password">
            <Panel title={t('password.title')}>
              <PasswordForm />
            </Panel>
          </div>
        </div>
        <ApiKeysPanel isAdmin={user?.is_admin === true} />
      </div>
    </>
  );
}
