import { Button, FileButton, Group, Modal, Select, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { send } from '../../api/http.js';
import { problemOf } from '../../api/problem.js';
import type { Dataset, ExchangeFormat, ImportReport } from '../../api/types.js';
import FindingsTable from '../../ui/findings-table.js';
import { Notice } from '../../ui/notice.js';
import { showNote } from '../../ui/notes.js';
import { useProblemText } from '../../ui/use-problem-text.js';
import { ImportReportView } from './import-report.js';

const FORMATS = ['dice', 'coco', 'yolo', 'voc', 'labelme', 'cvat', 'label-studio'] as const satisfies readonly ExchangeFormat[];

interface Choices {
  readonly format: ExchangeFormat | 'auto';
  readonly onLabeled: 'replace' | 'skip';
  readonly onError: 'refuse' | 'skip';
  readonly createClasses: boolean;
}

/** Labels of another tool: looked at first, then taken over. */
export function ImportButton({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t('imports.button')}
      </Button>
      <Modal size="xl" opened={opened} onClose={() => setOpened(false)} title={t('imports.title')} closeButtonProps={{ 'aria-label': t('common.close') }}>
        <ImportForm dataset={dataset} onDone={() => setOpened(false)} />
      </Modal>
    </>
  );
}

function ImportForm({ dataset, onDone }: { readonly dataset: Dataset; readonly onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const text = useProblemText();
  const [file, setFile] = useState<File | null>(null);
  const [choices, setChoices] = useState<Choices>({ format: 'auto', onLabeled: 'replace', onError: 'refuse', createClasses: true });
  const { look, apply } = useImport(dataset, onDone);
  const problem = look.error ?? apply.error;
  const change = (part: Partial<Choices>): void => {
    setChoices({ ...choices, ...part });
    look.reset();
    apply.reset();
  };
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('imports.text')}
      </Text>
      <Group>
        <FileButton
          onChange={(next) => {
            setFile(next);
            change({});
          }}
          inputProps={{ 'aria-label': t('imports.file') }}
        >
          {(props) => (
            <Button variant="default" {...props}>
              {t('imports.file')}
            </Button>
          )}
        </FileButton>
        <Text>{file?.name}</Text>
      </Group>
      <ImportChoices choices={choices} onChange={change} />
      {problem !== null && (
        <>
          <Notice tone="bad" live>
            {text(problemOf(problem))}
          </Notice>
          {problemOf(problem).errors.length > 0 && <FindingsTable findings={problemOf(problem).errors} total={problemOf(problem).errorsTotal} fileName={file?.name ?? ''} />}
        </>
      )}
      {look.data !== undefined && <ImportReportView report={look.data} fileName={file?.name ?? ''} />}
      <Group justify="flex-end">
        <Button variant="default" disabled={file === null} loading={look.isPending} onClick={() => file !== null && look.mutate({ file, choices })}>
          {t('imports.look')}
        </Button>
        <Button disabled={file === null || look.data === undefined || look.data.images.matched === 0} loading={apply.isPending} onClick={() => file !== null && apply.mutate({ file, choices })}>
          {t('imports.apply')}
        </Button>
      </Group>
    </Stack>
  );
}

function ImportChoices({ choices, onChange }: { readonly choices: Choices; readonly onChange: (part: Partial<Choices>) => void }): ReactElement {
  const { t } = useTranslation();
  const shared = { allowDeselect: false };
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Select {...shared} label={t('imports.format')} value={choices.format} data={[{ value: 'auto', label: t('imports.auto') }, ...FORMATS.map((one) => ({ value: one, label: t(`exports.formats.${one}`) }))]} onChange={(value) => onChange({ format: FORMATS.find((one) => one === value) ?? 'auto' })} />
        <Select {...shared} label={t('imports.onLabeled')} value={choices.onLabeled} data={[{ value: 'replace', label: t('imports.replaceThem') }, { value: 'skip', label: t('imports.skipThem') }]} onChange={(value) => onChange({ onLabeled: value === 'skip' ? 'skip' : 'replace' })} />
        <Select {...shared} label={t('imports.onError')} value={choices.onError} data={[{ value: 'refuse', label: t('imports.refuse') }, { value: 'skip', label: t('imports.skipBad') }]} onChange={(value) => onChange({ onError: value === 'skip' ? 'skip' : 'refuse' })} />
      </SimpleGrid>
      <Switch label={t('imports.createClasses')} checked={choices.createClasses} onChange={(event) => onChange({ createClasses: event.currentTarget.checked })} />
    </>
  );
}

interface Wanted {
  readonly file: File;
  readonly choices: Choices;
}

function useImport(dataset: Dataset, onDone: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const look = useMutation({ mutationFn: (wanted: Wanted) => sendLabels(dataset.id, wanted, true) });
  const apply = useMutation({
    mutationFn: (wanted: Wanted) => sendLabels(dataset.id, wanted, false),
    onSuccess: ({ images }) => {
      for (const key of ['dataset', 'images']) void client.invalidateQueries({ queryKey: [key, dataset.id] });
      showNote({ color: 'green', message: t('imports.done', { count: images.changed }) });
      onDone();
    },
  });
  return { look, apply };
}

/** The mapping comes before the file, so that the server reads the file only once. */
async function sendLabels(datasetId: string, { file, choices }: Wanted, isDry: boolean): Promise<ImportReport> {
  const form = new FormData();
  if (choices.createClasses) form.append('class_mapping', JSON.stringify({ '*': 'create' }));
  form.append('file', file, file.name);
  const query = { format: choices.format, dry_run: String(isDry), on_labeled: choices.onLabeled, on_error: choices.onError };
  return (await (await send('POST', `datasets/${datasetId}/annotations/import`, { query, body: form })).json()) as ImportReport;
}
