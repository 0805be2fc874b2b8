import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isFinal, problemOf } from '../api/problem.js';
import { Icon, type IconName } from './icons.js';
import classes from './states.module.css';
import { useKnownText } from './use-known-text.js';
import { usePageTitle } from './use-page-title.js';
import { useProblemText } from './use-problem-text.js';

/** The text says it all: the server's own sentence and the request's number would only be in the way. */
const PLAIN: ReadonlySet<string> = new Set(['network', 'not-found', 'invalid-parameter', 'page-part']);

interface ErrorProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
  /** 1 where it stands for the whole page. */
  readonly order?: 1 | 2;
  /** Another way out. */
  readonly children?: ReactNode;
}

/** What failed, why in words, and what can be done. */
export function ErrorState({ error, onRetry, order = 2, children }: ErrorProps): ReactElement {
  const { t } = useTranslation();
  const known = useKnownText();
  const problem = problemOf(error);
  const text = useProblemText()(problem);
  const title = known('problemTitle', problem.code) ?? t('problem.title');
  const plain = PLAIN.has(problem.code);
  usePageTitle(order === 1 ? title : null);
  return (
    <Stack align="center" gap="xs" className={classes.state} role="alert">
      <span className={`${classes.badge} ${classes.bad}`}>
        <Icon name={problem.code === 'not-found' ? 'search' : 'alert'} size={24} />
      </span>
      <Title order={order}>{title}</Title>
      <Text c="dimmed" ta="center" maw={460}>
        {text}
      </Text>
      {!plain && (
        <Text size="xs" c="dimmed" ta="center" maw={460} lang="en">
          {problem.detail}
        </Text>
      )}
      {!plain && problem.requestId !== null && (
        <Text size="xs" c="dimmed" className="mono">
          {t('common.requestId', { id: problem.requestId })}
        </Text>
      )}
      <Group mt="xs" gap="xs" justify="center">
        {children}
        {onRetry !== undefined && !isFinal(problem) && (
          <Button variant="default" leftSection={<Icon name="retry" size={16} />} onClick={onRetry}>
            {t('common.tryAgain')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  /** 1 where it stands for the whole page. */
  readonly order?: 1 | 2;
  /** A way on. */
  readonly children?: ReactNode;
  /** A smaller line below the way on. */
  readonly hint?: ReactNode;
  /** In a frame: where files can be dropped. */
  readonly framed?: boolean;
}

/** Nothing is here: why, and what to do first. */
export function EmptyState({ icon, title, text, children, hint, framed = false, order = 2 }: EmptyProps): ReactElement {
  usePageTitle(order === 1 ? title : null);
  return (
    <Stack align="center" gap="xs" className={classes.state} data-framed={framed}>
      <span className={classes.badge}>
        <Icon name={icon} size={26} />
      </span>
      <Title order={order}>{title}</Title>
      <Text c="dimmed" ta="center" maw={460}>
        {text}
      </Text>
      {children !== undefined && (
        <Group mt="sm" justify="center">
          {children}
        </Group>
      )}
      {hint !== undefined && (
        <Text size="sm" c="dimmed" ta="center" maw={520} mt="sm" component="div">
          {hint}
        </Text>
      )}
    </Stack>
  );
}

/** The shape of what comes; said once to a screen reader. */
export function LoadingState({ rows = 3, height = 64 }: { readonly rows?: number; readonly height?: number }): ReactElement {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" role="status" aria-label={t('app.loading')}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={height} radius="lg" />
      ))}
    </Stack>
  );
}
