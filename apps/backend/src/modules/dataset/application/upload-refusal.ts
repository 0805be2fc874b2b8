import { DomainError, type ErrorCode } from '@app/kernel';

/** What a zip is refused by for good: sending the same again would end the same. */
const VERDICTS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['unsafe-archive', 'too-large', 'unsupported-image', 'validation-failed']);

export const isVerdict = (error: unknown): error is DomainError => error instanceof DomainError && VERDICTS.has(error.code);

/** The verdict that was noted with an upload, to be told again. */
export function verdictOf(code: string | null, findings: DomainError['findings']): DomainError {
  const known = [...VERDICTS].find((one) => one === code) ?? 'validation-failed';
  return new DomainError(known, 'The upload was refused. Nothing of it was kept.', { findings });
}
