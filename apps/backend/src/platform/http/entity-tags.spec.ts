import { describe, expect, it } from 'vitest';
import { entityTag, hasRevision, requiredRevisions } from './entity-tags.js';

describe('If-Match', () => {
  it.each([
    ['"7"', [7]],
    ['W/"7"', [7]],
    [' "7" , "8"', [7, 8]],
  ])('names revisions: %s', (header, expected) => expect(requiredRevisions(header)).toEqual(expected));

  it.each(['7', '""', '"x"', '"7', '"7" "8"', '"7",', `"${'9'.repeat(16)}"`, ''])('is refused when it is no entity tag: %s', (header) => {
    expect(() => requiredRevisions(header)).toThrowError(expect.objectContaining({ code: 'invalid-parameter' }));
  });

  it.each([undefined, '*'])('is required, and names a revision: %s', (header) => {
    expect(() => requiredRevisions(header)).toThrowError(expect.objectContaining({ code: 'precondition-required' }));
  });
});

describe('If-None-Match', () => {
  it('knows what the client has', () => {
    expect(hasRevision(entityTag(3), 3)).toBe(true);
    expect(hasRevision('W/"2", "3"', 3)).toBe(true);
    expect(hasRevision('*', 3)).toBe(true);
    expect(hasRevision('"2"', 3)).toBe(false);
    expect(hasRevision(undefined, 3)).toBe(false);
    expect(hasRevision('3', 3)).toBe(false);
  });
});
