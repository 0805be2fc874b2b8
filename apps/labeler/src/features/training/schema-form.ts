/** The part of JSON Schema that the catalogue of models uses, read into fields of a form. */
export type FormField = { readonly name: string; readonly description: string | null; readonly required: boolean } & (
  | { readonly kind: 'number'; readonly integer: boolean; readonly minimum: number | null; readonly maximum: number | null; readonly exclusiveMinimum: boolean; readonly exclusiveMaximum: boolean; readonly initial: number | null }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly initial: string | null }
  | { readonly kind: 'text'; readonly maxLength: number | null; readonly initial: string | null }
  | { readonly kind: 'switch'; readonly initial: boolean }
);
export type NumberField = Extract<FormField, { kind: 'number' }>;
export type FieldValue = number | string | boolean;
/** What stands in the form: a number may be empty or half typed. */
export type FormValues = Readonly<Record<string, FieldValue>>;
export type FieldError = 'required' | 'not-a-number' | 'not-whole' | 'too-small' | 'too-large' | 'too-long' | 'not-a-choice';

export function fieldsOf(schema: Readonly<Record<string, unknown>>): readonly FormField[] {
  const properties = recordOf(schema['properties']);
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(properties).flatMap(([name, property]) => {
    const field = fieldOf(name, recordOf(property), required.includes(name));
    return field === null ? [] : [field];
  });
}

/** Null for a kind that this form cannot ask for (lists, objects): the server's default stays. */
function fieldOf(name: string, schema: Readonly<Record<string, unknown>>, required: boolean): FormField | null {
  const base = { name, description: textOf(schema['description']), required };
  const { default: initial, enum: choices } = schema;
  if (Array.isArray(choices)) return { ...base, kind: 'choice', choices: choices.map(String), initial: textOf(initial) };
  switch (schema['type']) {
    case 'integer':
    case 'number':
      return { ...base, kind: 'number', integer: schema['type'] === 'integer', ...limitsOf(schema), initial: numberOf(initial) };
    case 'boolean':
      return { ...base, kind: 'switch', initial: initial === true };
    case 'string':
      return { ...base, kind: 'text', maxLength: numberOf(schema['maxLength']), initial: textOf(initial) };
    default:
      return null;
  }
}

function limitsOf(schema: Readonly<Record<string, unknown>>): Pick<NumberField, 'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum'> {
  const [above, below] = [numberOf(schema['exclusiveMinimum']), numberOf(schema['exclusiveMaximum'])];
  return { minimum: above ?? safe(numberOf(schema['minimum'])), maximum: below ?? safe(numberOf(schema['maximum'])), exclusiveMinimum: above !== null, exclusiveMaximum: below !== null };
}

/** A generator writes the largest or smallest safe integer where the author gave no limit: no limit worth telling. */
const safe = (limit: number | null): number | null => (limit !== null && Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? null : limit);

export const initialValues = (fields: readonly FormField[]): FormValues => Object.fromEntries(fields.map((field) => [field.name, field.initial ?? '']));

export function errorOf(field: FormField, value: FieldValue | undefined): FieldError | null {
  if (value === undefined || value === '') return field.required || field.initial !== null ? 'required' : null;
  switch (field.kind) {
    case 'number':
      return numberError(field, value);
    case 'choice':
      return field.choices.includes(String(value)) ? null : 'not-a-choice';
    case 'text':
      return field.maxLength !== null && String(value).length > field.maxLength ? 'too-long' : null;
    case 'switch':
      return null;
  }
}

function numberError(field: NumberField, value: FieldValue): FieldError | null {
  const number = typeof value === 'number' ? value : Number(value);
  if (!Number.isFinite(number)) return 'not-a-number';
  if (field.integer && !Number.isInteger(number)) return 'not-whole';
  if (isBelow(field, number)) return 'too-small';
  return isAbove(field, number) ? 'too-large' : null;
}

const isBelow = ({ minimum, exclusiveMinimum }: NumberField, number: number): boolean => minimum !== null && (number < minimum || (exclusiveMinimum && number === minimum));
const isAbove = ({ maximum, exclusiveMaximum }: NumberField, number: number): boolean => maximum !== null && (number > maximum || (exclusiveMaximum && number === maximum));

/** What is sent: only what differs from the defaults, so that a job follows the server's defaults where nobody chose. */
export function changedValues(fields: readonly FormField[], values: FormValues): Record<string, FieldValue> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = values[field.name];
      if (value === undefined || value === '') return [];
      const typed = field.kind === 'number' ? Number(value) : value;
      return typed === field.initial ? [] : [[field.name, typed]];
    }),
  );
}

/** A step for the arrows that suits the size of the default: 0.003 moves by 0.001, 64 by 1. */
export function stepOf(field: NumberField): number {
  if (field.integer) return 1;
  const size = Math.abs(field.initial ?? 0.1) || 0.1;
  return Number((10 ** Math.floor(Math.log10(size))).toPrecision(1));
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const numberOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
