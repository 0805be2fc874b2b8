import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

/** Names the browser's tab after what it shows; null leaves the name to another part of the page. */
export function usePageTitle(title: string | null): void {
  const { t } = useTranslation();
  useEffect(() => {
    if (title !== null) document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
}
