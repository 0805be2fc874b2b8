import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../ui/page-header.js';
import { EmptyState } from '../ui/states.js';
import { ButtonLink } from '../ui/links.js';

export function NotFound(): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('notFound.title')} />
      <EmptyState icon="search" title={t('notFound.title')} text={t('notFound.text')}>
        <ButtonLink to="/datasets">
          {t('notFound.action')}
        </ButtonLink>
      </EmptyState>
    </>
  );
}
