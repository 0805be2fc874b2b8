import { Modal, TextInput, UnstyledButton } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './labeler.module.css';
import { useEditorView } from './session/use-labeler.js';

const MOST_SHOWN = 50;

/** Find a class by typing, for datasets with more classes than keys. */
export function ClassPicker({ onChoose, onClose }: { readonly onChoose: (classId: number) => void; readonly onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const { classes: all } = useEditorView();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const wanted = text.trim().toLocaleLowerCase();
  const found = all.filter((one) => one.name.toLocaleLowerCase().includes(wanted)).slice(0, MOST_SHOWN);
  const chosen = found[Math.min(at, found.length - 1)];
  const choose = (id: number): void => {
    onClose();
    onChoose(id);
  };
  return (
    <Modal opened onClose={onClose} title={t('labeler.pickClass')} closeButtonProps={{ 'aria-label': t('common.close') }} size="sm">
      <TextInput
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls="class-choices"
        aria-activedescendant={chosen === undefined ? undefined : `class-${chosen.id}`}
        aria-label={t('labeler.pickClass')}
        placeholder={t('labeler.pickClassText')}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'ArrowDown') setAt((now) => Math.min(now + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setAt((now) => Math.max(0, now - 1));
          else if (event.key === 'Enter' && chosen !== undefined) choose(chosen.id);
          else return;
          event.preventDefault();
        }}
      />
      <div id="class-choices" role="listbox" aria-label={t('labeler.classes')} className={classes.list} style={{ maxHeight: 320, marginTop: 8 }}>
        {found.map((one) => (
          <UnstyledButton key={one.id} id={`class-${one.id}`} role="option" tabIndex={-1} aria-selected={one === chosen} className={classes.row} onClick={() => choose(one.id)}>
            <span className={classes.swatch} style={{ background: one.color }} />
            <span className={classes.label}>{one.name}</span>
          </UnstyledButton>
        ))}
      </div>
      {found.length === 0 && <p className={classes.empty}>{t('labeler.noSuchClass')}</p>}
    </Modal>
  );
}
