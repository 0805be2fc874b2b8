import { Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { addMember } from '../../api/class-queries.js';
import { membersQuery } from '../../api/image-queries.js';
import { problemOf } from '../../api/problem.js';
import type { Role } from '../../api/types.js';
import { Notice } from '../../ui/notice.js';
import { showNote } from '../../ui/notes.js';
import { useProblemText } from '../../ui/use-problem-text.js';
import { ROLES } from '../datasets/roles.js';

interface DialogProps {
  readonly datasetId: string;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Somebody by their address, with a role whose rights are said. */
export function AddMemberDialog({ datasetId, opened, onClose }: DialogProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('members.addTitle')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <AddMemberForm datasetId={datasetId} onClose={onClose} />
    </Modal>
  );
}

function AddMemberForm({ datasetId, onClose }: Omit<DialogProps, 'opened'>): ReactElement {
  const { t } = useTranslation();
  const text = useProblemText();
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('annotator');
  const add = useMutation({
    mutationFn: () => addMember(datasetId, email.trim(), role),
    onSuccess: ({ display_name: name }) => {
      void client.invalidateQueries({ queryKey: membersQuery(datasetId).queryKey });
      showNote({ color: 'green', message: t('members.added', { name }) });
      onClose();
    },
  });
  const problem = add.error === null ? null : problemOf(add.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (email.trim() !== '') add.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput type="email" label={t('members.email')} description={t('members.emailHint')} maxLength={320} value={email} onChange={(event) => setEmail(event.currentTarget.value)} data-autofocus />
        <Radio.Group label={t('members.role')} value={role} onChange={(value) => setRole(ROLES.find((one) => one === value) ?? 'annotator')}>
          <Stack gap={8} mt={6}>
            {ROLES.map((one) => (
              <Radio key={one} value={one} label={`${t(`dataset.roles.${one}`)}: ${t(`members.rights.${one}`)}`} />
            ))}
          </Stack>
        </Radio.Group>
        {problem !== null && (
          <Notice tone="bad" live>
            {problem.status === 404 || problem.status === 422 ? t('members.unknown') : text(problem)}
          </Notice>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending} disabled={email.trim() === ''}>
            {t('members.add')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
