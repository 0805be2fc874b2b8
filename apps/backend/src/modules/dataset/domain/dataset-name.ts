import { DomainError } from '@app/kernel';

export const MAX_NAME_LENGTH = 120;
const CONTROLS = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;

/** A name as people see it: any script, no control or direction-override characters, 1..120 code points, NFC. Throws `validation-failed`. */
export function datasetName(text: string): string {
  const name = text.normalize('NFC').trim();
  const length = [...name].length;
  if (length === 0 || length > MAX_NAME_LENGTH) throw refused('out-of-range', `A name has 1 to ${MAX_NAME_LENGTH} characters.`);
  if (CONTROLS.test(name)) throw refused('control-character', 'A name has no control characters.');
  return name;
}

function refused(code: string, message: string): DomainError {
  return new DomainError('validation-failed', message, { findings: [{ code, pointer: '/name', message }] });
}
