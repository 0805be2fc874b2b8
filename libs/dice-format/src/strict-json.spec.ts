import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { DomainError } from '@app/kernel';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from './strict-json.js';

function findingOf(action: () => unknown): { code: string; pointer: string | undefined } {
  try {
    action();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.code).toBe('malformed-json');
    return { code: error.findings[0]?.code ?? '', pointer: error.findings[0]?.pointer };
  }
  return { code: 'accepted', pointer: undefined };
}

const PAIRS: readonly [code: string, refused: string, accepted: string][] = [
  ['json-duplicate-key', '{"a":1,"\\u0061":2}', '{"a":1,"A":2}'],
  ['json-number-range', '[1e400]', '[1e308]'],
  ['json-surrogate', '["\\ud800"]', '["\\ud83d\\ude00"]'],
  ['json-surrogate', '["\ud800"]', '["\ud83d\ude00"]'],
  ['json-surrogate', '["\\ude00\\ud83d"]', '["\\uffff"]'],
  ['json-nul', '["\\u0000"]', '["\\u0001"]'],
  ['json-bom', '\ufeff{}', '{}'],
  ['json-syntax', '[1,]', '[1]'],
  ['json-syntax', '[01]', '[0]'],
  ['json-syntax', '[NaN]', '[null]'],
  ['json-syntax', '{"a":1} x', '{"a":1} '],
  ['json-syntax', '["a\tb"]', '["a\\tb"]'],
  ['json-depth', '['.repeat(65) + ']'.repeat(65), '['.repeat(64) + ']'.repeat(64)],
];

describe('parseStrictJson', () => {
  it.each(PAIRS)('refuses %s: %j, and accepts %j', (code, refused, accepted) => {
    expect(findingOf(() => parseStrictJson(refused)).code).toBe(code);
    expect(parseStrictJson(accepted)).toEqual(JSON.parse(accepted));
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(findingOf(() => parseStrictJson(Uint8Array.of(0x22, 0xc3, 0x28, 0x22))).code).toBe('json-utf8');
    expect(parseStrictJson(Uint8Array.of(0x22, 0xc3, 0xa9, 0x22))).toBe('é');
  });

  it('names the place by a JSON pointer', () => {
    expect(findingOf(() => parseStrictJson('{"a/b":[0,{"c":1,"c":2}]}')).pointer).toBe('/a~1b/1/c');
  });

  it('keeps __proto__ as a plain member', () => {
    const value = parseStrictJson('{"__proto__":{"x":1}}');
    expect(Object.keys(Object(value))).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

const SUITE = new URL('../../../../shared/data/hostile/json/', import.meta.url);

describe.skipIf(!existsSync(SUITE))('parseStrictJson over the JSON test suite of ../shared/data', () => {
  const names = existsSync(SUITE) ? readdirSync(SUITE).filter((name) => /^[ny]_.*\.json$/.test(name)) : [];

  it.each(names)('%s', (name) => {
    const { code } = findingOf(() => parseStrictJson(readFileSync(new URL(encodeURIComponent(name), SUITE))));
    if (name.startsWith('n_')) expect(code).not.toBe('accepted');
    else expect(['accepted', 'json-duplicate-key', 'json-nul']).toContain(code);
  });
});
