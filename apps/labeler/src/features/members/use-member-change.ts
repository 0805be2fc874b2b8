import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { changeMember, removeMember } from '../../api/class-queries.js';
import { membersQuery } from '../../api/image-queries.js';
import { problemOf } from '../../api/problem.js';
import type { Member, Role } from '../../api/types.js';
import { showNote, useFailNote } from '../../ui/notes.js';

/** What an owner does with a member, and what a member does with themselves. */
export function useMemberChange(datasetId: string, member: Member, meId: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const fail = useFailNote();
  const name = member.display_name;
  const refresh = (): void => {
    void client.invalidateQueries({ queryKey: membersQuery(datasetId).queryKey });
    void client.invalidateQueries({ queryKey: ['dataset', datasetId] });
  };
  // The one thing that the present state forbids here.
  const onError = (error: unknown): void => (problemOf(error).code === 'state-conflict' ? void showNote({ color: 'red', message: t('members.lastOwner') }) : fail(error));
  const say = (message: string): void => void showNote({ color: 'green', message });
  const shared = { onError, onSettled: refresh };
  const setRole = useMutation({
    mutationFn: (role: Role) => changeMember(datasetId, member.user_id, role),
    onSuccess: ({ role }) => say(t('members.changed', { name, role: t(`dataset.roles.${role}`) })),
    ...shared,
  });
  const remove = useMutation({ mutationFn: () => removeMember(datasetId, member.user_id), onSuccess: () => say(t('members.removed', { name })), ...shared });
  const leave = useMutation({
    mutationFn: () => removeMember(datasetId, member.user_id),
    onSuccess: async () => {
      await navigate({ to: '/datasets' });
      client.removeQueries({ queryKey: ['dataset', datasetId] });
      void client.invalidateQueries({ queryKey: ['datasets'] });
    },
    onError,
  });
  /** First a new owner, so that there is one at any moment. */
  const transfer = useMutation({
    mutationFn: async () => {
      await changeMember(datasetId, member.user_id, 'owner');
      await changeMember(datasetId, meId, 'admin');
    },
    onSuccess: () => say(t('members.transferred', { name })),
    ...shared,
  });
  return { setRole, remove, leave, transfer };
}
