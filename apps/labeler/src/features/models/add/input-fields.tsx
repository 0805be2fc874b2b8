import { NumberInput, Select } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Finding } from '../../../api/types.js';
import { COLOURS, FITS, LAYOUTS, PRESET_NAMES, presetNumbers, presetOf, recoloured, type AdapterForm, type Channels, type FormFault } from './adapter-form.js';
import classes from './add-model.module.css';
import { FindingNotes } from './finding-notes.js';

interface FieldsProps {
  readonly form: AdapterForm;
  readonly disabled: boolean;
  readonly faults: ReadonlySet<FormFault>;
  readonly findings: { readonly size: readonly Finding[]; readonly preprocessing: readonly Finding[] };
  readonly onChange: (part: Partial<AdapterForm>) => void;
}

const OWN = 'own';
/** Of what is typed: nothing yet is no number, and is said to be none. */
const numberOf = (value: string | number): number => (value === '' || value === '-' ? Number.NaN : Number(value));
const shown = (value: number): number | string => (Number.isNaN(value) ? '' : value);

/** How an image becomes the input of the model. */
export function InputFields({ form, disabled, faults, findings, onChange }: FieldsProps): ReactElement {
  const { t } = useTranslation();
  const sizeError = faults.has('size') ? t('addModel.fault.size') : undefined;
  const number = { disabled, hideControls: true, clampBehavior: 'none', allowNegative: false, allowDecimal: false } as const;
  return (
    <>
      <div className={classes.fields}>
        <NumberInput {...number} label={t('addModel.width')} value={shown(form.width)} error={sizeError} onChange={(value) => onChange({ width: numberOf(value) })} />
        <NumberInput {...number} label={t('addModel.height')} value={shown(form.height)} error={sizeError} onChange={(value) => onChange({ height: numberOf(value) })} />
        <Choice label={t('addModel.layout')} values={LAYOUTS} value={form.layout} disabled={disabled} textOf={(one) => t(`addModel.layouts.${one}`)} onChange={(layout) => onChange({ layout })} />
        <Choice label={t('addModel.colour')} values={COLOURS} value={form.colour} disabled={disabled} textOf={(one) => one} onChange={(colour) => onChange(recoloured(form, colour))} />
        <Choice label={t('addModel.fit')} values={FITS} value={form.fit} disabled={disabled} textOf={(one) => t(`addModel.fits.${FIT_KEYS[one]}`)} onChange={(fit) => onChange({ fit })} />
      </div>
      <FindingNotes findings={findings.size} />
      <Pixels form={form} disabled={disabled} faults={faults} onChange={onChange} />
      <FindingNotes findings={findings.preprocessing} />
    </>
  );
}

/** Keys of the texts: the API's words have spaces and commas. */
const FIT_KEYS = { 'contain, black': 'middle', 'contain, black, top-left': 'corner', stretch: 'stretch' } as const;

export interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly values: readonly T[];
  readonly value: T;
  readonly disabled: boolean;
  readonly textOf: (value: T) => string;
  readonly onChange: (value: T) => void;
}

export function Choice<T extends string>({ label, values, value, disabled, textOf, onChange }: ChoiceProps<T>): ReactElement {
  const choose = (chosen: string | null): void => {
    const found = values.find((one) => one === chosen);
    if (found !== undefined) onChange(found);
  };
  return <Select label={label} disabled={disabled} value={value} allowDeselect={false} data={values.map((one) => ({ value: one, label: textOf(one) }))} onChange={choose} />;
}

/** A pixel becomes (value * scale - mean) / deviation: by a usual set of numbers, or one's own. */
function Pixels({ form, disabled, faults, onChange }: Omit<FieldsProps, 'findings'>): ReactElement {
  const { t } = useTranslation();
  const preset = presetOf(form);
  const choose = (chosen: string | null): void => {
    const found = PRESET_NAMES.find((one) => one === chosen);
    if (found !== undefined) onChange(presetNumbers(found, form.colour));
  };
  const names = [...PRESET_NAMES.map((one) => ({ value: one as string, label: t(`addModel.presets.${one}`) })), ...(preset === null ? [{ value: OWN, label: t('addModel.presets.own') }] : [])];
  const error = faults.has('deviation') ? t('addModel.fault.deviation') : undefined;
  return (
    <>
      <Select label={t('addModel.preset')} description={t('addModel.presetHint')} disabled={disabled} value={preset ?? OWN} allowDeselect={false} data={names} onChange={choose} />
      <div className={classes.fields}>
        <NumberInput hideControls disabled={disabled} label={t('addModel.scale')} decimalScale={10} value={shown(form.scale)} error={Number.isNaN(form.scale) ? t('addModel.fault.number') : undefined} onChange={(value) => onChange({ scale: numberOf(value) })} />
        <ChannelFields label={t('addModel.mean')} colour={form.colour} values={form.mean} disabled={disabled} onChange={(mean) => onChange({ mean })} />
        <ChannelFields label={t('addModel.deviation')} colour={form.colour} values={form.deviation} disabled={disabled} error={error} onChange={(deviation) => onChange({ deviation })} />
      </div>
    </>
  );
}

interface ChannelProps {
  readonly label: string;
  readonly colour: AdapterForm['colour'];
  readonly values: Channels;
  readonly disabled: boolean;
  readonly error?: string | undefined;
  readonly onChange: (values: Channels) => void;
}

/** Numbers stand in the order in which the model has its colours. */
const CHANNELS = { RGB: ['red', 'green', 'blue'], BGR: ['blue', 'green', 'red'] } as const;

function ChannelFields({ label, colour, values, disabled, error, onChange }: ChannelProps): ReactElement {
  const { t } = useTranslation();
  const change = (at: number, value: number): void => {
    const [first, second, third] = values.map((one, index) => (index === at ? value : one));
    onChange([first ?? 0, second ?? 0, third ?? 0]);
  };
  return (
    <fieldset className={classes.channels}>
      <legend>{label}</legend>
      <div>
        {CHANNELS[colour].map((name, at) => {
          const value = values[at] ?? 0;
          return <NumberInput key={name} hideControls disabled={disabled} decimalScale={8} aria-label={`${label}, ${t(`addModel.channels.${name}`)}`} value={shown(value)} error={Number.isNaN(value) ? t('addModel.fault.number') : value === 0 && error} onChange={(typed) => change(at, numberOf(typed))} />;
        })}
      </div>
    </fieldset>
  );
}
