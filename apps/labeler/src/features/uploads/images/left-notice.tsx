import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../../ui/notice.js';

/** An upload of before a reload: what to do that it goes on. */
export function LeftNotice({ count, onForget }: { readonly count: number; readonly onForget: () => void }): ReactElement {
  const { t } = useTranslation();
  return (
    <Notice tone="warn" title={t('addImages.leftTitle', { count })}>
      <p>{t('addImages.leftText')}</p>
      <Button size="compact-sm" variant="default" onClick={onForget}>
        {t('addImages.forget')}
      </Button>
    </Notice>
  );
}
