import { Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface PageHeaderProps {
  readonly title: string;
  readonly subtitle?: ReactNode;
  readonly above?: ReactNode;
  readonly children?: ReactNode;
}

/** The page's only h1, also the document's title; actions at the right. */
export function PageHeader({ title, subtitle, above, children }: PageHeaderProps): ReactElement {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
  return (
    <Group justify="space-between" align="flex-end" gap="md" mb="lg">
      <Stack gap={6} style={{ minWidth: 0, flex: '1 1 320px' }}>
        {above}
        <Title order={1}>{title}</Title>
        {subtitle !== undefined && (
          <Text c="dimmed" component="div">
            {subtitle}
          </Text>
        )}
      </Stack>
      {children !== undefined && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
