/** Attributes in formats that write every value as text. What looks like a number or a truth value is read as one. */

/** The value that a text means. */
export function valueOfText(text: string): string | number | boolean {
  if (text === 'true') return true;
  if (text === 'false') return false;
  return text !== '' && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The text of a value; undefined where the format would give back another value. */
export function textOfValue(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const text = String(value);
  return Object.is(valueOfText(text), value) ? text : undefined;
}
