import { DomainError, isShowable } from '@app/kernel';

export const MAX_NAME_LENGTH = 120;

/** Where a name came from, for the finding: a field of the request, or of a file in the package. */
export interface NamePlace {
  readonly pointer: string;
  readonly entry?: string;
}

/** A name as people see it: any script, no control or direction-override characters, 1..120 code points, NFC. Throws `validation-failed`. */
export function datasetName(text: string, place: NamePlace = { pointer: '/name' }): string {
  const name = text.normalize('NFC').trim();
  const length = [...name].length;
  if (length === 0 || length > MAX_NAME_LENGTH) throw refused('out-of-range', `A name has 1 to ${MAX_NAME_LENGTH} characters.`, place);
  if (!isShowable(name)) throw refused('control-character', 'A name has no control characters.', place);
  return name;
}

function refused(code: string, message: string, place: NamePlace): DomainError {
  return new DomainError('validation-failed', message, { findings: [{ code, message, ...place }] });
}
