import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from './copy-button.js';

interface SecretOnceProps {
  readonly title: string;
  readonly text: string;
  readonly secret: string | null;
  readonly done: string;
  readonly onClose: () => void;
}

/** A key or password that is shown once: closed by its button only, so that a stray click does not lose it. */
export function SecretOnce({ title, text, secret, done, onClose }: SecretOnceProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Modal opened={secret !== null} onClose={onClose} title={title} withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false}>
      <Stack>
        <Text>{text}</Text>
        <Code block className="mono" data-testid="secret">
          {secret}
        </Code>
        <Group justify="space-between">
          <CopyButton text={secret ?? ''} label={t('common.copy')} data-autofocus />
          <Button onClick={onClose}>{done}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
