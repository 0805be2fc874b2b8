import { Button, FileButton } from '@mantine/core';
import { useState, type DragEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Finding } from '../../../api/types.js';
import { useFormat } from '../../../i18n/use-format.js';
import { Icon } from '../../../ui/icons.js';
import classes from './add-model.module.css';
import { FindingNotes } from './finding-notes.js';

interface FieldProps {
  readonly file: File | null;
  readonly disabled: boolean;
  /** What is wrong with the file as this page sees it. */
  readonly fault: string | null;
  readonly findings: readonly Finding[];
  readonly onFile: (file: File) => void;
}

/** An ONNX file, by hand or dropped. */
export function FileField({ file, disabled, fault, findings, onFile }: FieldProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const [first] = event.dataTransfer.files;
    if (first !== undefined && !disabled) onFile(first);
  };
  const hover = (event: DragEvent): void => {
    event.preventDefault();
    setOver(true);
  };
  return (
    <div className={classes.file} data-over={over || undefined} onDragOver={hover} onDragLeave={() => setOver(false)} onDrop={drop}>
      <Icon name="box" size={26} />
      <div className={classes.fileText}>
        <strong>{file === null ? t('addModel.noFile') : file.name}</strong>
        <span className={classes.dim}>{file === null ? t('addModel.fileHint') : format.bytes(file.size)}</span>
        {fault !== null && (
          <span className={classes.bad} role="alert">
            {fault}
          </span>
        )}
        <FindingNotes findings={findings} />
      </div>
      <FileButton accept=".onnx" disabled={disabled} onChange={(chosen) => chosen !== null && onFile(chosen)} inputProps={{ 'aria-label': t('addModel.choose') }}>
        {(props) => (
          <Button {...props} variant={file === null ? 'filled' : 'default'} disabled={disabled}>
            {t(file === null ? 'addModel.choose' : 'addModel.another')}
          </Button>
        )}
      </FileButton>
    </div>
  );
}
