import { DomainError } from '@app/kernel';

const TAGS = /^\s*(?:W\/)?"[0-9]{1,15}"(?:\s*,\s*(?:W\/)?"[0-9]{1,15}"){0,9}\s*$/;

/** `"7"`: the entity tag of a revision. */
export const entityTag = (revision: number): string => `"${revision}"`;

/**
 * The revisions that `If-Match` names (RFC 9110, 13.1.1). A tag that a proxy made weak counts as well; `*` names none.
 * Throws `precondition-required` or `invalid-parameter`.
 */
export function requiredRevisions(header: unknown): readonly number[] {
  if (header === undefined || header === '*') throw new DomainError('precondition-required', 'This write needs If-Match with the revision that it changes, such as "7".');
  if (typeof header !== 'string' || !TAGS.test(header)) {
    throw new DomainError('invalid-parameter', 'If-Match is the ETag of an answer of this route.', { findings: [{ code: 'invalid-format', pointer: '/header/if-match', message: 'Not an entity tag of a revision.' }] });
  }
  return revisionsIn(header);
}

/** Whether the client has this revision already, by its `If-None-Match`. */
export function hasRevision(header: unknown, revision: number): boolean {
  return typeof header === 'string' && (header.trim() === '*' || (TAGS.test(header) && revisionsIn(header).includes(revision)));
}

function revisionsIn(header: string): number[] {
  return [...header.matchAll(/"([0-9]+)"/g)].map((found) => Number(found[1]));
}
