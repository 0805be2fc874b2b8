import { Button, Menu, Switch, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { send } from '../../api/http.js';
import type { Dataset, ExchangeFormat } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Icon } from '../../ui/icons.js';
import { showNote, useFailNote } from '../../ui/notes.js';
import { counted, pickTarget, saveBlob } from '../../ui/save-stream.js';

const FORMATS = ['dice', 'coco', 'yolo', 'voc', 'labelme', 'cvat', 'label-studio'] as const satisfies readonly ExchangeFormat[];

/** The dataset as it is, in the format of another tool; with images it is written to disk as it comes, where the browser can. */
export function ExportMenu({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const [withImages, setWithImages] = useState(false);
  const { run, bytes, stop } = useExport(dataset);
  if (run.isPending) {
    return (
      <Button variant="default" leftSection={<Icon name="stop" size={16} />} aria-label={t('exports.stop')} onClick={stop}>
        {t('exports.running', { bytes: format.bytes(bytes) })}
      </Button>
    );
  }
  return (
    <Menu position="bottom-end" width={250} closeOnItemClick>
      <Menu.Target>
        <Button variant="default" rightSection={<Icon name="chevronDown" size={15} />}>
          {t('exports.button')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('exports.title')}</Menu.Label>
        {FORMATS.map((one) => (
          <Menu.Item key={one} onClick={() => run.mutate({ format: one, withImages })}>
            {t(`exports.formats.${one}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Switch m="xs" size="sm" label={t('exports.withImages')} checked={withImages} onChange={(event) => setWithImages(event.currentTarget.checked)} />
        <Text size="xs" c="dimmed" px="xs" pb="xs">
          {t('exports.hint')}
        </Text>
      </Menu.Dropdown>
    </Menu>
  );
}

interface Wanted {
  readonly format: ExchangeFormat;
  readonly withImages: boolean;
}

function useExport(dataset: Dataset) {
  const { t } = useTranslation();
  const fail = useFailNote();
  const [bytes, setBytes] = useState(0);
  const abort = useRef<AbortController | null>(null);
  const run = useMutation({
    mutationFn: async ({ format, withImages }: Wanted) => {
      const control = new AbortController();
      abort.current = control;
      setBytes(0);
      const name = `${dataset.id}-${format}.zip`;
      const target = withImages ? await pickTarget(name) : null;
      const response = await send('GET', `datasets/${dataset.id}/export`, { query: { format, images: String(withImages), as: 'zip' }, signal: control.signal });
      if (response.body === null) return;
      const body = counted(response.body, setBytes);
      if (target !== null) await body.pipeTo(target, { signal: control.signal });
      else saveBlob(await new Response(body).blob(), name);
    },
    onSuccess: () => void showNote({ color: 'green', message: t('exports.done') }),
    // Stopped, or no file chosen: the reader knows.
    onError: (error) => (error.name === 'AbortError' ? undefined : fail(error)),
  });
  return { run, bytes, stop: () => abort.current?.abort() };
}
