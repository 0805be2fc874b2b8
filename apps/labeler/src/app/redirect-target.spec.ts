import { describe, expect, it } from 'vitest';
import { safeTarget } from './redirect-target.js';

describe('safeTarget', () => {
  it('keeps a path of this page with its query', () => {
    expect(safeTarget('/training/1?x=2#y')).toBe('/training/1?x=2#y');
  });

  it.each([undefined, '', 'https://evil.example', '//evil.example', '/\\evil.example', '\\\\evil', 'javascript:alert(1)', '/a\\b', '/\t/evil.example', '/\n', '/login?redirect=/login'])('does not leave the page: %j', (wish) => {
    expect(safeTarget(wish)).toBe('/datasets');
  });
});
