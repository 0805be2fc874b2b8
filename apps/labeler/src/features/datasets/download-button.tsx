import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import type { Dataset, SignedUrl } from '../../api/types.js';
import { Icon } from '../../ui/icons.js';
import { useFailNote } from '../../ui/notes.js';

/** A fresh presigned address for each click: it would run out in a page that stays open. */
export function DownloadButton({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const download = useMutation({
    mutationFn: () => http.get<SignedUrl>(`datasets/${dataset.id}/download`),
    onSuccess: ({ url }) => window.location.assign(url),
    onError: useFailNote(),
  });
  return (
    <Button variant="default" leftSection={<Icon name="download" size={17} />} loading={download.isPending} onClick={() => download.mutate()}>
      {t('dataset.download')}
    </Button>
  );
}
