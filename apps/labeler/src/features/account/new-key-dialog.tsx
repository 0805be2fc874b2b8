import { Checkbox, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { apiKeysQuery } from '../../api/queries.js';
import { SCOPES, type CreatedApiKey, type Scope } from '../../api/types.js';
import { FormActions } from '../../ui/form-actions.js';

const EXPIRY_DAYS = { d30: 30, d90: 90, d365: 365, never: null } as const;
type Expiry = keyof typeof EXPIRY_DAYS;
const EXPIRIES: readonly Expiry[] = ['d30', 'd90', 'd365', 'never'];

interface NewKeyProps {
  readonly opened: boolean;
  readonly isAdmin: boolean;
  readonly onClose: () => void;
  readonly onMade: (key: string) => void;
}

export function NewKeyDialog(props: NewKeyProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t('keys.createTitle')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <NewKeyForm {...props} />
    </Modal>
  );
}

function NewKeyForm({ isAdmin, onClose, onMade }: NewKeyProps): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>(['read']);
  const [expiry, setExpiry] = useState<Expiry>('d90');
  const [tried, setTried] = useState(false);
  const make = useMutation({
    mutationFn: () => http.post<CreatedApiKey>('api-keys', { name: name.trim(), scopes, expires_at: expiresAt(expiry) }),
    onSuccess: ({ key }) => {
      void client.invalidateQueries({ queryKey: apiKeysQuery.queryKey });
      onClose();
      onMade(key);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== '' && scopes.length > 0) make.mutate();
  };
  const offered: readonly Scope[] = isAdmin ? SCOPES : SCOPES.filter((scope) => scope !== 'admin');
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput label={t('keys.name')} placeholder={t('keys.namePlaceholder')} maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} error={tried && name.trim() === '' ? t('keys.needName') : undefined} data-autofocus />
        <Checkbox.Group label={t('keys.scopes')} value={scopes} onChange={setScopes} error={tried && scopes.length === 0 ? t('keys.needScope') : undefined}>
          <Stack gap={8} mt={6}>
            {offered.map((scope) => (
              <Checkbox key={scope} value={scope} label={t(`keys.scope.${scope}`)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Select label={t('keys.expiry')} data={EXPIRIES.map((one) => ({ value: one, label: t(`keys.expiries.${one}`) }))} value={expiry} allowDeselect={false} onChange={(value) => setExpiry(EXPIRIES.find((one) => one === value) ?? 'd90')} />
        <FormActions submit={t('keys.create')} busy={make.isPending} error={make.error} onCancel={onClose} />
      </Stack>
    </form>
  );
}

function expiresAt(expiry: Expiry): string | undefined {
  const days = EXPIRY_DAYS[expiry];
  return days === null ? undefined : new Date(Date.now() + days * 86_400_000).toISOString();
}
