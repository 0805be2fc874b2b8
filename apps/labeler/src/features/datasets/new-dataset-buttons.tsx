import { Button, FileButton } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { datasetQuery } from '../../api/queries.js';
import type { Dataset } from '../../api/types.js';
import { Icon } from '../../ui/icons.js';
import { showNote, useFailNote } from '../../ui/notes.js';
import { useShortcut } from '../../ui/shortcuts.js';
import { useSendFiles } from './file-drop.js';
import { NewDatasetButton } from './new-dataset-dialog.js';

/** The ways to a dataset: a generated one, one's own images, or a finished file. */
export function NewDatasetButtons(): ReactElement {
  return (
    <>
      <DemoButton />
      <NewDatasetButton />
      <UploadButton />
    </>
  );
}

function UploadButton(): ReactElement {
  const { t } = useTranslation();
  const send = useSendFiles();
  const button = useRef<HTMLButtonElement>(null);
  useShortcut('KeyU', t('datasets.upload'), () => button.current?.click());
  return (
    <FileButton multiple accept=".zip,application/zip" onChange={(files) => send(files)} inputProps={{ 'aria-label': t('datasets.chooseFiles') }}>
      {(props) => (
        <Button {...props} ref={button} leftSection={<Icon name="upload" size={17} />}>
          {t('datasets.upload')}
        </Button>
      )}
    </FileButton>
  );
}

function DemoButton(): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const make = useMutation({
    mutationFn: () => http.postOnce<Dataset>('datasets/demo'),
    onSuccess: (dataset) => {
      client.setQueryData(datasetQuery(dataset.id).queryKey, dataset);
      void client.invalidateQueries({ queryKey: ['datasets'] });
      showNote({ message: t('datasets.demoMade'), color: 'green' });
      void navigate({ to: '/datasets/$datasetId', params: { datasetId: dataset.id } });
    },
    onError: useFailNote(),
  });
  return (
    <Button variant="default" leftSection={<Icon name="sparkle" size={17} />} loading={make.isPending} aria-label={make.isPending ? t('datasets.demoMaking') : undefined} onClick={() => make.mutate()}>
      {t('datasets.demo')}
    </Button>
  );
}
