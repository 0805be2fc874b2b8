import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/states.js';
import { ButtonLink } from '../ui/links.js';

export function NotFound(): ReactElement {
  const { t } = useTranslation();
  return (
    <main>
      <EmptyState icon="search" title={t('notFound.title')} text={t('notFound.text')} order={1}>
        <ButtonLink to="/datasets">
          {t('notFound.action')}
        </ButtonLink>
      </EmptyState>
    </main>
  );
}
