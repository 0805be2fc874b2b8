import { Button, Text } from '@mantine/core';
import { showNote, useFailNote } from '../../ui/notes.js';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { apiKeysQuery } from '../../api/queries.js';
import { SCOPES, type ApiKey } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Confirm } from '../../ui/confirm.js';
import { Icon } from '../../ui/icons.js';
import { Panel } from '../../ui/panel.js';
import { SecretOnce } from '../../ui/secret-once.js';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import { useNow } from '../../ui/use-now.js';
import classes from './account-page.module.css';
import { NewKeyDialog } from './new-key-dialog.js';

export function ApiKeysPanel({ isAdmin }: { readonly isAdmin: boolean }): ReactElement {
  const { t } = useTranslation();
  const query = useQuery(apiKeysQuery);
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const keys = query.data?.items ?? [];
  return (
    <Panel
      title={t('keys.title')}
      aside={
        <Button size="compact-sm" variant="light" leftSection={<Icon name="plus" size={15} />} onClick={() => setMaking(true)}>
          {t('keys.create')}
        </Button>
      }
    >
      <Text size="sm" c="dimmed" mb="sm">
        {t('keys.intro')}
      </Text>
      {query.isPending && <LoadingState rows={2} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && keys.length === 0 && <EmptyState icon="key" title={t('keys.emptyTitle')} text={t('keys.emptyText')} />}
      <ul className={classes.keys}>
        {keys.map((key) => (
          <KeyRow key={key.id} apiKey={key} />
        ))}
      </ul>
      <NewKeyDialog opened={making} isAdmin={isAdmin} onClose={() => setMaking(false)} onMade={setSecret} />
      <SecretOnce title={t('keys.createdTitle')} text={t('keys.createdText')} secret={secret} done={t('keys.saved')} onClose={() => setSecret(null)} />
    </Panel>
  );
}

function KeyRow({ apiKey }: { readonly apiKey: ApiKey }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(60_000);
  const expired = apiKey.expires_at !== null && Date.parse(apiKey.expires_at) < now;
  return (
    <li className={classes.key}>
      <div className={classes.keyName}>
        {apiKey.name}
        {SCOPES.filter((scope) => apiKey.scopes.includes(scope)).map((scope) => (
          <ToneBadge key={scope} tone="idle">
            {t(`keys.scopeShort.${scope}`)}
          </ToneBadge>
        ))}
        {expired && <ToneBadge tone="bad">{t('keys.expired')}</ToneBadge>}
      </div>
      <RevokeButton apiKey={apiKey} />
      <div className={classes.keyFacts}>
        <span>
          {t('keys.begins')} <span className="mono">{apiKey.hint}</span>
        </span>
        <span>
          {t('keys.expires')}: {apiKey.expires_at === null ? t('keys.expiries.never') : format.date(apiKey.expires_at)}
        </span>
        <span>
          {t('keys.lastUsed')}: {apiKey.last_used_at === null ? t('common.never') : format.ago(apiKey.last_used_at, now)}
        </span>
      </div>
    </li>
  );
}

function RevokeButton({ apiKey }: { readonly apiKey: ApiKey }): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const revoke = useMutation({
    mutationFn: () => http.delete(`api-keys/${apiKey.id}`),
    onSuccess: () => {
      showNote({ message: t('keys.revoked'), color: 'green' });
      void client.invalidateQueries({ queryKey: apiKeysQuery.queryKey });
    },
    onError: useFailNote(),
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
        {t('keys.revoke')}
      </Button>
      <Confirm opened={asking} title={t('keys.revokeTitle')} text={t('keys.revokeText', { name: apiKey.name })} confirm={t('keys.revoke')} busy={revoke.isPending} onConfirm={() => revoke.mutate()} onClose={() => setAsking(false)} />
    </>
  );
}
