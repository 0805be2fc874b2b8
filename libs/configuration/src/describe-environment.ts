import { z } from 'zod';

export interface DescribedVariable {
  readonly name: string;
  /** As a person writes it; null where there is none. */
  readonly fallback: string | null;
  readonly isRequired: boolean;
  /** Which values it takes, where the schema says so. */
  readonly values: string;
  readonly meaning: string;
}

/** Every variable of a schema. A default that depends on the machine is shown as the field's `shownDefault` (zod `meta`). Errors: `TypeError` where a variable has no description: nobody could know what it is for. */
export function describeEnvironment(schema: z.ZodObject): DescribedVariable[] {
  return Object.entries(schema.shape).map(([name, field]) => describe(name, field));
}

function describe(name: string, field: z.core.$ZodType): DescribedVariable {
  const told = z.globalRegistry.get(field);
  if (told?.description === undefined) throw new TypeError(`${name} has no description`);
  const { inner, fallback } = unwrapped(field);
  const shown = told['shownDefault'];
  return {
    name,
    fallback: typeof shown === 'string' ? shown : (fallback ?? null),
    isRequired: fallback === undefined && !z.safeParse(field, undefined).success,
    values: valuesOf(inner),
    meaning: told.description,
  };
}

/** Below what gives defaults, makes optional, and transforms. */
function unwrapped(field: z.core.$ZodType): { readonly inner: z.core.$ZodType; readonly fallback?: string } {
  let [inner, fallback]: [z.core.$ZodType, string | undefined] = [field, undefined];
  for (;;) {
    if (inner instanceof z.ZodDefault) {
      fallback ??= String(inner.def.defaultValue);
      inner = inner.def.innerType;
    } else if (inner instanceof z.ZodOptional) inner = inner.def.innerType;
    else if (inner instanceof z.ZodPipe) inner = inner.def.in;
    else return fallback === undefined ? { inner } : { inner, fallback };
  }
}

function valuesOf(inner: z.core.$ZodType): string {
  if (inner instanceof z.ZodEnum) return inner.options.join(', ');
  if (inner instanceof z.ZodNumber) return rangeOf(inner.minValue, inner.maxValue);
  return inner instanceof z.ZodString && inner.minLength !== null && inner.minLength > 1 ? `${inner.minLength} characters or more` : '';
}

function rangeOf(least: number | null, most: number | null): string {
  const from = least === null || least <= Number.MIN_SAFE_INTEGER ? null : least;
  if (most !== null && most < Number.MAX_SAFE_INTEGER) return `${from ?? ''} to ${most}`.trim();
  return from === null ? '' : `${from} or more`;
}
