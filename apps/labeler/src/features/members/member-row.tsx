import { ActionIcon, Button, Menu, Select } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset, Member } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Confirm } from '../../ui/confirm.js';
import { Icon } from '../../ui/icons.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import { mayAct, ROLES } from '../datasets/roles.js';
import users from '../users/users-page.module.css';
import { useMemberChange } from './use-member-change.js';

interface RowProps {
  readonly dataset: Dataset;
  readonly member: Member;
  readonly meId: string;
}

/** Somebody who may see the dataset, and as what. */
export function MemberRow({ dataset, member, meId }: RowProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isMe = member.user_id === meId;
  return (
    <li className={users.row}>
      <div className={users.who}>
        <span className={users.name}>
          {member.display_name}
          {isMe && <ToneBadge tone="idle">{t('users.you')}</ToneBadge>}
          {member.disabled && (
            <ToneBadge tone="bad" icon="stop">
              {t('users.disabled')}
            </ToneBadge>
          )}
        </span>
        <span className={users.dim}>
          {member.email} · {t('members.since', { date: format.date(member.granted_at) })} · {t(`members.rights.${member.role}`)}
        </span>
      </div>
      <MemberTools dataset={dataset} member={member} meId={meId} />
    </li>
  );
}

function MemberTools({ dataset, member, meId }: RowProps): ReactElement {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<'remove' | 'transfer' | 'leave' | null>(null);
  const { setRole, remove, leave, transfer } = useMemberChange(dataset.id, member, meId);
  const owns = mayAct(dataset, 'owner');
  const isMe = member.user_id === meId;
  const name = member.display_name;
  const close = (): void => setAsking(null);
  return (
    <div className={users.actions}>
      {owns ? (
        <Select
          w={150}
          size="sm"
          aria-label={t('members.roleOf', { name })}
          value={member.role}
          allowDeselect={false}
          disabled={setRole.isPending}
          data={ROLES.map((role) => ({ value: role, label: t(`dataset.roles.${role}`) }))}
          onChange={(value) => {
            const role = ROLES.find((one) => one === value);
            if (role !== undefined) setRole.mutate(role);
          }}
        />
      ) : (
        <ToneBadge tone="idle">{t(`dataset.roles.${member.role}`)}</ToneBadge>
      )}
      {isMe && (
        <Button size="compact-sm" variant="default" onClick={() => setAsking('leave')}>
          {t('members.leave')}
        </Button>
      )}
      {owns && !isMe && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={t('members.more', { name })}>
              <Icon name="dots" size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {member.role !== 'owner' && dataset.role === 'owner' && <Menu.Item onClick={() => setAsking('transfer')}>{t('members.transfer', { name })}</Menu.Item>}
            <Menu.Item color="red" onClick={() => setAsking('remove')}>
              {t('members.remove', { name })}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Confirm opened={asking === 'remove'} title={t('members.removeTitle', { name })} text={t('members.removeText')} confirm={t('members.removeConfirm')} busy={remove.isPending} onConfirm={() => remove.mutate(undefined, { onSettled: close })} onClose={close} />
      <Confirm opened={asking === 'transfer'} title={t('members.transferTitle', { name })} text={t('members.transferText')} confirm={t('members.transferConfirm')} busy={transfer.isPending} onConfirm={() => transfer.mutate(undefined, { onSettled: close })} onClose={close} />
      <Confirm opened={asking === 'leave'} title={t('members.leaveTitle')} text={t('members.leaveText')} confirm={t('members.leaveConfirm')} busy={leave.isPending} onConfirm={() => leave.mutate(undefined, { onSettled: close })} onClose={close} />
    </div>
  );
}
