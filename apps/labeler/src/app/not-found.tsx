import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../ui/links.js';
import { EmptyState } from '../ui/states.js';

/** An address that leads nowhere; inside the shell, so that every way on is there. */
export function NotFound(): ReactElement {
  const { t } = useTranslation();
  return (
    <EmptyState icon="search" title={t('notFound.title')} text={t('notFound.text')} order={1}>
      <ButtonLink to="/datasets">{t('notFound.action')}</ButtonLink>
    </EmptyState>
  );
}
