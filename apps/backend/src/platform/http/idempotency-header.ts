import { createHash } from 'node:crypto';
import { DomainError } from '@app/kernel';

const KEY = /^[\x21-\x7e]{1,200}$/;

/** The client's key for one write. Throws `invalid-parameter`. */
export function idempotencyKeyOf(header: unknown): string {
  if (typeof header === 'string' && KEY.test(header)) return header;
  throw new DomainError('invalid-parameter', 'Idempotency-Key is 1 to 200 visible ASCII characters.', { findings: [{ code: 'invalid-format', pointer: '/header/idempotency-key', message: 'Not a usable key.' }] });
}

/** SHA-256 (hex) of what was asked: another request under the same key is told apart by it. */
export function requestHashOf(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body ?? null)).digest('hex');
}
