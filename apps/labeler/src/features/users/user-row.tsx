import { Button } from '@mantine/core';
import { showNote, useFailNote } from '../../ui/notes.js';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { usersQuery } from '../../api/queries.js';
import type { User } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Confirm } from '../../ui/confirm.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import classes from './users-page.module.css';

export interface OneTime {
  readonly email: string;
  readonly password: string;
}

interface UserRowProps {
  readonly user: User;
  readonly isMe: boolean;
  readonly onOneTime: (oneTime: OneTime) => void;
}

export function UserRow({ user, isMe, onOneTime }: UserRowProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <span className={classes.name}>
          {user.display_name}
          {isMe && <ToneBadge tone="idle">{t('users.you')}</ToneBadge>}
          {user.is_admin && <ToneBadge tone="run">{t('account.administrator')}</ToneBadge>}
          {user.disabled && (
            <ToneBadge tone="bad" icon="stop">
              {t('users.disabled')}
            </ToneBadge>
          )}
          {user.must_change_password && !user.disabled && (
            <ToneBadge tone="warn" icon="key">
              {t('users.mustChange')}
            </ToneBadge>
          )}
        </span>
        <span className={classes.dim}>
          {user.email} · {t('users.since')} {format.date(user.created_at)}
        </span>
      </div>
      {!isMe && <UserActions user={user} onOneTime={onOneTime} />}
    </li>
  );
}

function UserActions({ user, onOneTime }: Omit<UserRowProps, 'isMe'>): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asking, setAsking] = useState<'reset' | 'disable' | null>(null);
  const name = user.display_name;
  const shared = {
    onError: useFailNote(),
    onSettled: () => {
      setAsking(null);
      void client.invalidateQueries({ queryKey: usersQuery.queryKey });
    },
  };
  const reset = useMutation({
    mutationFn: () => http.post<{ one_time_password: string }>(`users/${user.id}/reset-password`),
    onSuccess: (answer) => onOneTime({ email: user.email, password: answer.one_time_password }),
    ...shared,
  });
  const setDisabled = useMutation({
    mutationFn: (disabled: boolean) => http.patch<User>(`users/${user.id}`, { disabled }),
    onSuccess: () => void showNote({ message: t('users.changedOk', { name }), color: 'green' }),
    ...shared,
  });
  return (
    <div className={classes.actions}>
      <Button size="compact-sm" variant="default" onClick={() => setAsking('reset')}>
        {t('users.reset')}
      </Button>
      <Button size="compact-sm" variant="default" loading={setDisabled.isPending} onClick={() => (user.disabled ? setDisabled.mutate(false) : setAsking('disable'))}>
        {t(user.disabled ? 'users.enable' : 'users.disable')}
      </Button>
      <Confirm opened={asking === 'reset'} title={t('users.resetTitle', { name })} text={t('users.resetText')} confirm={t('users.reset')} busy={reset.isPending} onConfirm={() => reset.mutate()} onClose={() => setAsking(null)} />
      <Confirm opened={asking === 'disable'} title={t('users.disableTitle', { name })} text={t('users.disableText')} confirm={t('users.disable')} busy={setDisabled.isPending} onConfirm={() => setDisabled.mutate(true)} onClose={() => setAsking(null)} />
    </div>
  );
}
