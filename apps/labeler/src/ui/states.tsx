import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../api/problem.js';
import { Icon, type IconName } from './icons.js';
import classes from './states.module.css';
import { useProblemText } from './use-problem-text.js';

/** What failed, why in words, and a button. */
interface ErrorProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
  /** 1 where it stands for the whole page. */
  readonly order?: 1 | 2;
  /** Another way out. */
  readonly children?: ReactNode;
}

export function ErrorState({ error, onRetry, order = 2, children }: ErrorProps): ReactElement {
  const { t } = useTranslation();
  const problem = problemOf(error);
  const text = useProblemText()(problem);
  return (
    <Stack align="center" gap="xs" className={classes.state} role="alert">
      <span className={`${classes.badge} ${classes.bad}`}>
        <Icon name="alert" size={24} />
      </span>
      <Title order={order}>{t('problem.title')}</Title>
      <Text c="dimmed" ta="center" maw={460}>
        {text}
      </Text>
      {problem.code !== 'network' && (
        <Text size="xs" c="dimmed" ta="center" maw={460} lang="en">
          {problem.detail}
        </Text>
      )}
      {problem.requestId !== null && (
        <Text size="xs" c="dimmed" className="mono">
          {t('common.requestId', { id: problem.requestId })}
        </Text>
      )}
      <Group mt="xs" gap="xs" justify="center">
        {onRetry !== undefined && (
          <Button variant="default" leftSection={<Icon name="retry" size={16} />} onClick={onRetry}>
            {t('common.tryAgain')}
          </Button>
        )}
        {children}
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
  readonly children?: ReactNode;
}

export function EmptyState({ icon, title, text, children, order = 2 }: EmptyProps): ReactElement {
  return (
    <Stack align="center" gap="xs" className={classes.state}>
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
