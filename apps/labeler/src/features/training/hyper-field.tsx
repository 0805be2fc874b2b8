import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Finding } from '../../api/types.js';
import { useLanguage } from '../../i18n/use-format.js';
import { useKnownText } from '../../ui/use-known-text.js';
import { errorOf, stepOf, type FieldValue, type FormField, type NumberField } from './schema-form.js';

interface HyperFieldProps {
  readonly field: FormField;
  readonly value: FieldValue | undefined;
  /** What the server said about this field. */
  readonly finding: Finding | null;
  readonly onChange: (value: FieldValue) => void;
}

/** One field of a model's schema: its name and help in the reader's language where we have them, else the schema's own. */
export function HyperField({ field, value, finding, onChange }: HyperFieldProps): ReactElement {
  const known = useKnownText();
  const shared = { ...useTexts(field), error: useErrorText(field, value) ?? finding?.message, name: field.name };
  switch (field.kind) {
    case 'number':
      return <NumberEntry {...shared} field={field} value={value} onChange={onChange} />;
    case 'choice':
      return <Select {...shared} value={String(value ?? '')} data={field.choices.map((choice) => ({ value: choice, label: known('choice', choice) ?? choice }))} allowDeselect={false} onChange={(choice) => choice !== null && onChange(choice)} />;
    case 'text':
      return <TextInput {...shared} value={String(value ?? '')} onChange={(event) => onChange(event.currentTarget.value)} />;
    case 'switch':
      return <Switch {...shared} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
  }
}

interface Texts {
  readonly label: string;
  readonly description: string;
}

function useTexts(field: FormField): Texts {
  const known = useKnownText();
  const range = useRangeText(field);
  const help = known('hyperHelp', field.name) ?? field.description ?? '';
  return { label: known('hyper', field.name) ?? field.name.replaceAll('_', ' '), description: [help, range].filter((part) => part !== '').join(' · ') };
}

interface NumberEntryProps extends Texts {
  readonly field: NumberField;
  readonly name: string;
  readonly error: string | undefined;
  readonly value: FieldValue | undefined;
  readonly onChange: (value: FieldValue) => void;
}

/** Never corrects what is typed: what is out of range is said, not changed. */
function NumberEntry({ field, value, ...rest }: NumberEntryProps): ReactElement {
  return (
    <NumberInput
      {...rest}
      value={typeof value === 'boolean' ? '' : (value ?? '')}
      step={stepOf(field)}
      allowDecimal={!field.integer}
      decimalScale={8}
      clampBehavior="none"
      min={field.minimum ?? undefined}
      max={field.maximum ?? undefined}
    />
  );
}

/** Small numbers keep their digits: 0.000001 is a limit, not 0. */
function useNumberText(): (value: number | null) => string {
  const language = useLanguage();
  return (value) => (value === null ? '' : new Intl.NumberFormat(language, { maximumSignificantDigits: 10 }).format(value));
}

function useRangeText(field: FormField): string {
  const { t } = useTranslation();
  const number = useNumberText();
  if (field.kind !== 'number') return '';
  const [min, max] = [number(field.minimum), number(field.maximum)];
  if (field.minimum !== null && field.maximum !== null) return t('train.range', { min, max });
  if (field.minimum !== null) return t('train.atLeast', { min });
  return field.maximum === null ? '' : t('train.atMost', { max });
}

function useErrorText(field: FormField, value: FieldValue | undefined): string | undefined {
  const { t } = useTranslation();
  const number = useNumberText();
  const error = errorOf(field, value);
  if (error === null) return undefined;
  const limits = limitsOf(field);
  return t(`train.error.${error}`, { min: number(limits.minimum), max: number(limits.maximum) });
}

const limitsOf = (field: FormField): Pick<NumberField, 'minimum' | 'maximum'> => (field.kind === 'number' ? field : { minimum: null, maximum: null });
