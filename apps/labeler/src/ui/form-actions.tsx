import { Button, Group } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../api/problem.js';
import { Notice } from './notice.js';
import { useProblemText } from './use-problem-text.js';

interface Props {
  /** What the form does, in a verb. */
  readonly submit: string;
  readonly busy: boolean;
  readonly onCancel: () => void;
  /** Of the mutation, where it failed. */
  readonly error?: unknown;
}

/** The end of a form in a dialog: what went wrong, a way back and the way on. */
export function FormActions({ submit, busy, onCancel, error = null }: Props): ReactElement {
  const { t } = useTranslation();
  const text = useProblemText();
  return (
    <>
      {error !== null && (
        <Notice tone="bad" live>
          {text(problemOf(error))}
        </Notice>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
        <Button type="submit" loading={busy}>
          {submit}
        </Button>
      </Group>
    </>
  );
}
