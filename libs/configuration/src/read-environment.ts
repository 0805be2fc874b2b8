import type { z } from 'zod';

/** Variables as a process gets them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables are missing or wrong. The message has a line for each: its name and what is expected, never its value. */
export class ConfigurationError extends Error {}

export interface ReadEnvironmentOptions {
  /** What a schema of single variables cannot say; it sees the variables that are set, those with a wrong value included. Each answer begins with the variable's name. */
  readonly problems?: (given: Environment) => readonly string[];
}

/**
 * Reads the variables of `schema` from an environment; one that is set but empty counts as not set. Errors: `ConfigurationError` with everything that is wrong, so that one start is enough to see it all.
 */
export function readEnvironment<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, environment: Environment, { problems }: ReadEnvironmentOptions = {}): z.output<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = schema.safeParse(given);
  const found = [...(parsed.success ? [] : parsed.error.issues.map((issue) => sentence(schema, issue))), ...(problems?.(given) ?? [])];
  if (parsed.success && found.length === 0) return parsed.data;
  throw new ConfigurationError(found.join('\n'));
}

/** zod's own texts name types and bounds, never the value; an unset variable is said in plain words. */
function sentence(schema: z.ZodObject, { path, code, input, message }: z.core.$ZodIssue): string {
  const name = path.join('.');
  if (code !== 'invalid_type' || input !== undefined) return `${name}: ${message}`;
  const meaning = schema.shape[name]?.meta()?.description;
  return `${name}: is not set${meaning === undefined ? '' : ` (${meaning})`}`;
}
