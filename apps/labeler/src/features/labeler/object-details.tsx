import { ActionIcon, Button, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { JsonObject, LabelObject } from '../../engine/index.js';
import { Icon } from '../../ui/icons.js';
import classes from './labeler.module.css';
import { useEditorView, useLabeler } from './session/use-labeler.js';

/** The attributes of the one selected object: names and values of one's own. */
export function ObjectDetails(): ReactElement | null {
  const { selection, objects } = useEditorView();
  const object = selection.size === 1 ? objects.find((one) => selection.has(one.id)) : undefined;
  return object === undefined ? null : <Attributes key={object.id} object={object} />;
}

function Attributes({ object }: { readonly object: LabelObject }): ReactElement {
  const { t } = useTranslation();
  const { actions } = useLabeler();
  const { readOnly } = useEditorView();
  const [isAdding, setAdding] = useState(false);
  const set = (attributes: JsonObject): void => actions.setAttributes(object.id, attributes);
  const without = (name: string): JsonObject => Object.fromEntries(Object.entries(object.attributes).filter(([key]) => key !== name));
  const all = Object.entries(object.attributes);
  return (
    <section className={classes.panel} aria-label={t('labeler.attributes')}>
      <div className={classes.panelHead}>
        <h2>{t('labeler.attributes')}</h2>
        {!readOnly && (
          <Button size="compact-xs" variant="subtle" leftSection={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
            {t('labeler.addAttribute')}
          </Button>
        )}
      </div>
      {all.length === 0 && !isAdding && <p className={classes.empty}>{t('labeler.noAttributes')}</p>}
      {all.map(([name, value]) => (
        <div key={name} className={classes.attributes}>
          <span className={classes.label}>{name}</span>
          <Value label={name} value={textOf(value)} disabled={readOnly} onChange={(text) => set({ ...object.attributes, [name]: valueOf(text) })} />
          <ActionIcon variant="subtle" color="gray" size={26} aria-label={t('labeler.removeAttribute', { name })} disabled={readOnly} onClick={() => set(without(name))}>
            <Icon name="close" size={14} />
          </ActionIcon>
        </div>
      ))}
      {isAdding && (
        <NewAttribute
          onAdd={(name, value) => {
            setAdding(false);
            if (name !== '') set({ ...object.attributes, [name]: valueOf(value) });
          }}
        />
      )}
    </section>
  );
}

function Value({ label, value, disabled, onChange }: { readonly label: string; readonly value: string; readonly disabled: boolean; readonly onChange: (text: string) => void }): ReactElement {
  return (
    <TextInput
      size="xs"
      key={value}
      aria-label={label}
      defaultValue={value}
      disabled={disabled}
      maxLength={200}
      onBlur={(event) => event.currentTarget.value !== value && onChange(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && !event.nativeEvent.isComposing && event.currentTarget.blur()}
    />
  );
}

function NewAttribute({ onAdd }: { readonly onAdd: (name: string, value: string) => void }): ReactElement {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  return (
    <form
      className={classes.attributes}
      onSubmit={(event) => {
        event.preventDefault();
        onAdd(name.trim(), value);
      }}
    >
      <TextInput size="xs" data-autofocus autoFocus aria-label={t('labeler.attributeName')} placeholder={t('labeler.attributeName')} value={name} maxLength={100} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput size="xs" aria-label={t('labeler.attributeValue')} placeholder={t('labeler.attributeValue')} value={value} maxLength={200} onChange={(event) => setValue(event.currentTarget.value)} />
      <ActionIcon type="submit" variant="default" size={26} aria-label={t('labeler.addAttribute')}>
        <Icon name="check" size={14} />
      </ActionIcon>
    </form>
  );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `true`, `false` and numbers are what they look like; everything else is a text. */
function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
