import { Button, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../../../api/problem.js';
import type { Dataset, Finding } from '../../../api/types.js';
import { ButtonLink } from '../../../ui/links.js';
import { Notice } from '../../../ui/notice.js';
import { showNote } from '../../../ui/notes.js';
import { Panel } from '../../../ui/panel.js';
import { useProblemText } from '../../../ui/use-problem-text.js';
import { adapterOf, emptyForm, faultsOf, FORMATS_OF_TASK, type AdapterForm, type FormFault } from './adapter-form.js';
import classes from './add-model.module.css';
import { FileField } from './file-field.js';
import { FindingNotes } from './finding-notes.js';
import { findingsOf, type FindingPlace } from './findings-of.js';
import { Choice, InputFields } from './input-fields.js';
import { OutputFields } from './output-fields.js';
import { UploadPanel } from './upload-panel.js';
import { useChosenFile } from './use-chosen-file.js';
import { useModelUpload } from './use-model-upload.js';

/** Which file, what it is called, how it is used; then it is sent and looked into. */
export function AddModelForm({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [words, setWords] = useState<Words>({ name: '', notes: '' });
  const [form, setForm] = useState<AdapterForm>(() => emptyForm(dataset));
  const chosen = useChosenFile(dataset, { onForm: setForm, onName: (stem) => setWords((before) => (before.name.trim() === '' ? { ...before, name: stem } : before)) });
  const upload = useModelUpload(dataset.id, (model) => {
    showNote({ message: t('addModel.done', { name: model.name }), color: 'green' });
    void navigate({ to: '/datasets/$datasetId/models', params: { datasetId: dataset.id } });
  });
  const [tried, setTried] = useState(false);
  const faults = faultsOf(form);
  const found = findingsOf(upload.error);
  const findings = (place: FindingPlace): readonly Finding[] => found.get(place) ?? [];
  const locked = upload.isRunning;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (chosen.file === null || chosen.fault !== null || faults.size > 0) return;
    upload.start({ file: chosen.file, words: { name: words.name.trim(), notes: words.notes.trim(), adapter: adapterOf(form, dataset) } });
  };
  return (
    <form onSubmit={submit} className={classes.page}>
      <FilePanel chosen={chosen} words={words} locked={locked} isMissing={tried && chosen.file === null} findings={findings} onWords={setWords} />
      <Panel title={t('addModel.outputs')}>
        <div className={classes.stack}>
          <FormatField dataset={dataset} format={form.format} disabled={locked} onChange={(format) => setForm((before) => ({ ...before, format }))} />
          <OutputFields dataset={dataset} outputs={form.outputs} disabled={locked} findings={findings('outputs')} onChange={(outputs) => setForm({ ...form, outputs })} />
          {tried && <OutputFaults faults={faults} />}
        </div>
      </Panel>
      <Panel title={t('addModel.input')}>
        <div className={classes.stack}>
          <InputFields form={form} disabled={locked} faults={faults} findings={{ size: findings('size'), preprocessing: findings('preprocessing') }} onChange={(part) => setForm((before) => ({ ...before, ...part }))} />
        </div>
      </Panel>
      <FindingNotes findings={findings('form')} />
      {upload.error !== null && <Refusal error={upload.error} />}
      {upload.step !== null && chosen.file !== null ? <UploadPanel step={upload.step} total={chosen.file.size} onCancel={upload.cancel} /> : <Actions datasetId={dataset.id} />}
    </form>
  );
}

interface Words {
  readonly name: string;
  readonly notes: string;
}

interface FilePanelProps {
  readonly chosen: ReturnType<typeof useChosenFile>;
  readonly words: Words;
  readonly locked: boolean;
  readonly isMissing: boolean;
  readonly findings: (place: FindingPlace) => readonly Finding[];
  readonly onWords: (words: Words) => void;
}

function FilePanel({ chosen, words, locked, isMissing, findings, onWords }: FilePanelProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Panel title={t('addModel.file')}>
      <div className={classes.stack}>
        <FileField file={chosen.file} disabled={locked} fault={isMissing ? t('addModel.fault.noFile') : chosen.fault} findings={findings('file')} onFile={(file) => void chosen.choose(file)} />
        {chosen.isFilled && (
          <Notice tone="good" icon="check" live>
            {t('addModel.filled')}
          </Notice>
        )}
        <TextInput label={t('models.name')} required maxLength={100} disabled={locked} value={words.name} onChange={(event) => onWords({ ...words, name: event.currentTarget.value })} />
        <FindingNotes findings={findings('name')} />
        <Textarea label={t('models.notes')} autosize minRows={2} maxLength={10_000} disabled={locked} value={words.notes} onChange={(event) => onWords({ ...words, notes: event.currentTarget.value })} />
      </div>
    </Panel>
  );
}

interface FormatProps {
  readonly dataset: Dataset;
  readonly format: AdapterForm['format'];
  readonly disabled: boolean;
  readonly onChange: (format: AdapterForm['format']) => void;
}

/** A choice where the task has several formats. */
function FormatField({ dataset, format, disabled, onChange }: FormatProps): ReactElement {
  const { t } = useTranslation();
  const formats: readonly AdapterForm['format'][] = FORMATS_OF_TASK[dataset.task_type];
  if (formats.length === 1) return <p className={classes.dim}>{t('addModel.format', { format, task: t(`task.${dataset.task_type}`) })}</p>;
  return <Choice label={t('addModel.formatLabel')} values={formats} value={format} disabled={disabled} textOf={(one) => t(`addModel.formats.${one === 'boxes/1' ? 'boxes' : 'centers'}`)} onChange={onChange} />;
}

function OutputFaults({ faults }: { readonly faults: ReadonlySet<FormFault> }): ReactElement {
  const { t } = useTranslation();
  const shown = (['no-output', 'unmapped'] as const).filter((one) => faults.has(one));
  return (
    <>
      {shown.map((one) => (
        <p key={one} className={classes.bad} role="alert">
          {t(`addModel.fault.${one}`)}
        </p>
      ))}
    </>
  );
}

function Actions({ datasetId }: { readonly datasetId: string }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={classes.actions}>
      <ButtonLink variant="default" to="/datasets/$datasetId/models" params={{ datasetId }}>
        {t('common.cancel')}
      </ButtonLink>
      <Button type="submit">{t('addModel.submit')}</Button>
    </div>
  );
}

function Refusal({ error }: { readonly error: unknown }): ReactElement {
  const { t } = useTranslation();
  const text = useProblemText();
  const problem = problemOf(error);
  return (
    <Notice tone="bad" live>
      {problem.errors.length > 0 ? t('addModel.refused', { count: problem.errors.length }) : text(problem)}
    </Notice>
  );
}
