import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { showNote } from '../../ui/notes.js';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { problemOf, type Problem } from '../../api/problem.js';
import { session } from '../../api/session.js';
import type { SessionAnswer } from '../../api/types.js';
import { Notice } from '../../ui/notice.js';
import { useProblemText } from '../../ui/use-problem-text.js';

const SHORTEST = 10;
const EMPTY = { current: '', next: '', repeat: '' };

export function PasswordForm(): ReactElement {
  const { t } = useTranslation();
  const [values, setValues] = useState(EMPTY);
  const [tried, setTried] = useState(false);
  const change = useMutation({
    mutationFn: () => http.post<SessionAnswer>('me/password', { current_password: values.current, new_password: values.next }),
    onSuccess: (answer) => {
      session.adopt(answer);
      setValues(EMPTY);
      setTried(false);
      showNote({ message: t('password.changed'), color: 'green' });
    },
  });
  const problem = change.error === null ? null : problemOf(change.error);
  const currentError = useServerError(problem, '/current_password');
  const nextError = useServerError(problem, '/new_password');
  const tooShort = [...values.next].length < SHORTEST;
  const differ = values.next !== values.repeat;
  const set = (name: keyof typeof EMPTY) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setValues((before) => ({ ...before, [name]: value }));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!tooShort && !differ && values.current !== '') change.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('password.endsOthers')}
        </Text>
        <PasswordInput label={t('password.current')} autoComplete="current-password" value={values.current} onChange={set('current')} error={currentError} />
        <PasswordInput label={t('password.next')} description={t('password.hint')} autoComplete="new-password" value={values.next} onChange={set('next')} error={tried && tooShort ? t('password.tooShort') : nextError} />
        <PasswordInput label={t('password.repeat')} autoComplete="new-password" value={values.repeat} onChange={set('repeat')} error={tried && differ ? t('password.mismatch') : undefined} />
        <OtherProblem problem={problem} />
        <Button type="submit" variant="default" loading={change.isPending}>
          {t('password.change')}
        </Button>
      </Stack>
    </form>
  );
}

function useServerError(problem: Problem | null, pointer: string): string | undefined {
  const { t } = useTranslation();
  const finding = problem?.errors.find((one) => one.pointer === pointer);
  if (finding === undefined) return undefined;
  if (finding.code === 'wrong-password') return t('problem.wrongPassword');
  return finding.code === 'weak-password' ? t('problem.weakPassword') : finding.message;
}

function OtherProblem({ problem }: { readonly problem: Problem | null }): ReactElement | null {
  const text = useProblemText();
  if (problem === null || problem.errors.length > 0) return null;
  return (
    <Notice tone="bad" live>
      {text(problem)}
    </Notice>
  );
}
