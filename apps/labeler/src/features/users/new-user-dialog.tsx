import { Checkbox, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { usersQuery } from '../../api/queries.js';
import type { CreatedUser } from '../../api/types.js';
import { FormActions } from '../../ui/form-actions.js';
import type { OneTime } from './user-row.js';

interface NewUserProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onOneTime: (oneTime: OneTime) => void;
}

/** The server decides what an address is; this only catches slips. */
const looksLikeEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text);

export function NewUserDialog(props: NewUserProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t('users.createTitle')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <NewUserForm {...props} />
    </Modal>
  );
}

function NewUserForm({ onClose, onOneTime }: NewUserProps): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [isAdmin, setIsAdmin] = useState(false);
  const [tried, setTried] = useState(false);
  const make = useMutation({
    mutationFn: () => http.post<CreatedUser>('users', { email: email.trim(), display_name: name.trim(), is_admin: isAdmin }),
    onSuccess: (answer) => {
      void client.invalidateQueries({ queryKey: usersQuery.queryKey });
      onClose();
      onOneTime({ email: answer.user.email, password: answer.one_time_password });
    },
  });
  const badEmail = !looksLikeEmail(email.trim());
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== '' && !badEmail) make.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput label={t('users.name')} autoComplete="off" maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} error={tried && name.trim() === '' ? t('users.needName') : undefined} data-autofocus />
        <TextInput label={t('users.email')} type="email" autoComplete="off" maxLength={254} value={email} onChange={(event) => setEmail(event.currentTarget.value)} error={tried && badEmail ? t('users.badEmail') : undefined} />
        <Checkbox label={t('users.admin')} checked={isAdmin} onChange={(event) => setIsAdmin(event.currentTarget.checked)} />
        <FormActions submit={t('users.create')} busy={make.isPending} error={make.error} onCancel={onClose} />
      </Stack>
    </form>
  );
}
