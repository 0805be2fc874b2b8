import { showNote } from '../../ui/notes.js';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icons.js';
import { localRefusal } from '../uploads/upload-machine.js';
import { uploads } from '../uploads/upload-store.js';
import classes from './file-drop.module.css';

/** Sends what can be a dataset; says at once what cannot. */
export function useSendFiles(): (files: Iterable<File>) => void {
  const { t } = useTranslation();
  return (files) => {
    const good: File[] = [];
    for (const file of files) {
      const refusal = localRefusal(file);
      if (refusal === null) good.push(file);
      else showNote({ color: 'red', message: t(`upload.local.${refusal}`, { name: file.name }) });
    }
    if (good.length > 0) uploads.add(good);
  };
}

/** Files may be dropped anywhere in the window; a veil says so while they hover. */
export function FileDrop(): ReactElement | null {
  const { t } = useTranslation();
  const send = useSendFiles();
  const latest = useRef(send);
  latest.current = send;
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    const enter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth += 1;
      setOver(true);
    };
    const hover = (event: DragEvent): void => {
      if (carriesFiles(event)) event.preventDefault();
    };
    const leave = (): void => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      depth = 0;
      setOver(false);
      if (!carriesFiles(event)) return;
      event.preventDefault();
      latest.current(event.dataTransfer?.files ?? []);
    };
    const handlers = { dragenter: enter, dragover: hover, dragleave: leave, drop } as const;
    for (const [name, handler] of Object.entries(handlers)) window.addEventListener(name as 'drop', handler);
    return () => {
      for (const [name, handler] of Object.entries(handlers)) window.removeEventListener(name as 'drop', handler);
    };
  }, []);
  if (!over) return null;
  return (
    <div className={classes.veil} aria-hidden="true">
      <div className={classes.frame}>
        <Icon name="upload" size={44} />
        <p className={classes.title}>{t('datasets.dropTitle')}</p>
        <p className={classes.hint}>{t('datasets.dropHint')}</p>
      </div>
    </div>
  );
}
