import { Button, type ButtonProps } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { hardestImages, imagesAfter } from '../../api/image-queries.js';
import { LabelerIcon } from '../labeler/labeler-icons.js';
import { useFailNote } from '../../ui/notes.js';
import { firstToLabel } from './first-to-label.js';
import type { GallerySearch } from './gallery-search.js';

interface Props extends Pick<ButtonProps, 'size' | 'variant'> {
  readonly datasetId: string;
  readonly search?: GallerySearch;
}

/** Into the labeler where the work goes on: at the first image of these that nobody has labelled. */
export function LabelButton({ datasetId, search = {}, ...look }: Props): ReactElement {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const find = useMutation({
    mutationFn: () => firstToLabel((filter) => (search.order === 'hardest' ? hardestImages(datasetId, filter, 1) : imagesAfter(datasetId, filter, { after: 0, limit: 1 })), search),
    onSuccess: (image) => image !== null && void navigate({ to: '/datasets/$datasetId/label/$imageId', params: { datasetId, imageId: String(image.id) }, search }),
    onError: useFailNote(),
  });
  return (
    <Button {...look} leftSection={<LabelerIcon name="box" size={17} />} loading={find.isPending} onClick={() => find.mutate()}>
      {t('gallery.startLabeling')}
    </Button>
  );
}
