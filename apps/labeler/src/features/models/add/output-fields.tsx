import { ActionIcon, Button, Select, Textarea } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset, Finding } from '../../../api/types.js';
import { Icon } from '../../../ui/icons.js';
import { linesOf, NOTHING, outputsOf, type OutputRow } from './adapter-form.js';
import classes from './add-model.module.css';
import { FindingNotes } from './finding-notes.js';
import { outputOf } from './findings-of.js';

interface FieldsProps {
  readonly dataset: Dataset;
  readonly outputs: readonly OutputRow[];
  readonly disabled: boolean;
  readonly findings: readonly Finding[];
  readonly onChange: (outputs: readonly OutputRow[]) => void;
}

/** Which class of the dataset each output of the model stands for, in the order of the outputs. */
export function OutputFields({ dataset, outputs, disabled, findings, onChange }: FieldsProps): ReactElement {
  const { t } = useTranslation();
  const [listing, setListing] = useState(false);
  const change = (at: number, row: OutputRow): void => onChange(outputs.map((one, index) => (index === at ? row : one)));
  return (
    <>
      <div className={classes.outputHead}>
        <p className={classes.dim}>{t('addModel.outputsHint')}</p>
        <Button size="compact-sm" variant="default" disabled={disabled} aria-expanded={listing} onClick={() => setListing(!listing)}>
          {t('addModel.asList')}
        </Button>
      </div>
      {listing && <NameList dataset={dataset} outputs={outputs} onChange={onChange} onDone={() => setListing(false)} />}
      <FindingNotes findings={findings.filter((one) => outputOf(one) === null)} />
      <ol className={classes.outputs} start={0}>
        {outputs.map((row, at) => (
          <Row key={at} {...{ dataset, row, at, disabled }} findings={findings.filter((one) => outputOf(one) === at)} isTwice={typeof row.classId === 'number' && outputs.some((other, index) => index !== at && other.classId === row.classId)} onChange={(next) => change(at, next)} onRemove={() => onChange(outputs.filter((_, index) => index !== at))} />
        ))}
      </ol>
      {outputs.some((one) => one.classId === null) && (
        <Button size="compact-sm" variant="subtle" disabled={disabled} onClick={() => onChange(outputs.map((one) => (one.classId === null ? { ...one, classId: NOTHING } : one)))}>
          {t('addModel.leaveRest', { count: outputs.filter((one) => one.classId === null).length })}
        </Button>
      )}
      <Button size="compact-sm" variant="subtle" disabled={disabled} leftSection={<Icon name="plus" size={15} />} onClick={() => onChange([...outputs, { name: '', classId: null }])}>
        {t('addModel.addOutput')}
      </Button>
    </>
  );
}

interface RowProps {
  readonly dataset: Dataset;
  readonly row: OutputRow;
  readonly at: number;
  readonly disabled: boolean;
  readonly isTwice: boolean;
  readonly findings: readonly Finding[];
  readonly onChange: (row: OutputRow) => void;
  readonly onRemove: () => void;
}

function Row({ dataset, row, at, disabled, isTwice, findings, onChange, onRemove }: RowProps): ReactElement {
  const { t } = useTranslation();
  const notes = `output-${at}-findings`;
  const choose = (value: string | null): void => {
    const found = dataset.classes.find((one) => String(one.id) === value);
    if (value === NOTHING) onChange({ ...row, classId: NOTHING });
    else if (found !== undefined) onChange({ name: row.name === '' ? found.name : row.name, classId: found.id });
  };
  return (
    <li>
      <span className={classes.outputName}>{row.name === '' ? t('addModel.output', { at }) : row.name}</span>
      <Select
        size="xs"
        searchable
        disabled={disabled}
        aria-label={t('addModel.classOf', { name: row.name === '' ? String(at) : row.name })}
        aria-describedby={findings.length > 0 ? notes : undefined}
        placeholder={t('addModel.chooseClass')}
        nothingFoundMessage={t('addModel.noClass')}
        data={[...dataset.classes.map((one) => ({ value: String(one.id), label: one.name })), { value: NOTHING, label: t('addModel.nothing') }]}
        value={row.classId === null ? null : String(row.classId)}
        error={isTwice ? t('addModel.fault.twice') : undefined}
        onChange={choose}
      />
      <ActionIcon variant="subtle" color="gray" disabled={disabled} aria-label={t('addModel.removeOutput', { name: row.name === '' ? String(at) : row.name })} onClick={onRemove}>
        <Icon name="close" size={15} />
      </ActionIcon>
      <FindingNotes findings={findings} id={notes} />
    </li>
  );
}

interface ListProps {
  readonly dataset: Dataset;
  readonly outputs: readonly OutputRow[];
  readonly onChange: (outputs: readonly OutputRow[]) => void;
  readonly onDone: () => void;
}

/** The names as the model's own list of classes has them: a line each. */
function NameList({ dataset, outputs, onChange, onDone }: ListProps): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState(outputs.map((one) => one.name).join('\n'));
  const apply = (): void => {
    onChange(outputsOf(linesOf(text), dataset));
    onDone();
  };
  return (
    <div className={classes.list}>
      <Textarea autosize minRows={4} maxRows={12} label={t('addModel.names')} description={t('addModel.namesHint')} value={text} onChange={(event) => setText(event.currentTarget.value)} data-autofocus />
      <Button size="compact-sm" onClick={apply}>
        {t('addModel.applyNames')}
      </Button>
    </div>
  );
}
