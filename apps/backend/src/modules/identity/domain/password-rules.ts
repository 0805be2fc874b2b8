import { DomainError } from '@app/kernel';

export const MIN_PASSWORD_LENGTH = 10;
/** argon2 hashes any length; a megabyte of password is an attack. */
export const MAX_PASSWORD_LENGTH = 256;

/** Length is what counts (NIST SP 800-63B); no rules about kinds of characters. Throws `validation-failed`. */
export function assertGoodPassword(password: string, email: string): void {
  const length = [...password].length;
  if (length < MIN_PASSWORD_LENGTH || length > MAX_PASSWORD_LENGTH) throw refused(`A password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`);
  if (new Set(password).size < 4) throw refused('The password repeats too few characters.');
  if (password.toLowerCase() === email.toLowerCase()) throw refused('The password is the e-mail address.');
}

function refused(message: string): DomainError {
  return new DomainError('validation-failed', message, { findings: [{ code: 'weak-password', pointer: '/new_password', message }] });
}
