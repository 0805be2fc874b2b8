import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { usersQuery } from '../../api/queries.js';
import { useUser } from '../../app/use-session.js';
import { Icon } from '../../ui/icons.js';
import { LoadMore } from '../../ui/load-more.js';
import { PageHeader } from '../../ui/page-header.js';
import { SecretOnce } from '../../ui/secret-once.js';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.js';
import { NewUserDialog } from './new-user-dialog.js';
import { UserRow, type OneTime } from './user-row.js';
import classes from './users-page.module.css';

export function UsersPage(): ReactElement {
  const { t } = useTranslation();
  const me = useUser();
  if (me?.is_admin !== true) return <EmptyState icon="users" title={t('users.title')} text={t('users.onlyAdmin')} order={1} />;
  return <UserList meId={me.id} />;
}

function UserList({ meId }: { readonly meId: string }): ReactElement {
  const { t } = useTranslation();
  const query = useInfiniteQuery(usersQuery);
  const [making, setMaking] = useState(false);
  const [oneTime, setOneTime] = useState<OneTime | null>(null);
  const users = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHeader title={t('users.title')} subtitle={t('users.subtitle')}>
        <Button leftSection={<Icon name="plus" size={17} />} onClick={() => setMaking(true)}>
          {t('users.create')}
        </Button>
      </PageHeader>
      {query.isPending && <LoadingState rows={4} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      <ul className={classes.list}>
        {users.map((user) => (
          <UserRow key={user.id} user={user} isMe={user.id === meId} onOneTime={setOneTime} />
        ))}
      </ul>
      <LoadMore query={query} />
      <NewUserDialog opened={making} onClose={() => setMaking(false)} onOneTime={setOneTime} />
      <SecretOnce title={t('users.oneTimeTitle')} text={t('users.oneTimeText', { email: oneTime?.email ?? '' })} secret={oneTime?.password ?? null} done={t('keys.saved')} onClose={() => setOneTime(null)} />
    </>
  );
}
