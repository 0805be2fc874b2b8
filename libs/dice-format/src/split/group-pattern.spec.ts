import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GroupPattern } from './group-pattern.js';

const group = (pattern: string, name: string): string | null => GroupPattern.parse(pattern).groupOf(name);

/** The same language as a backtracking regular expression: slow on hostile patterns, but plainly right. */
function asRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\{group\}|\*\*|\*|#|[^]/g, (part) => {
    if (part === '{group}') return '([^/]+?)';
    if (part === '**') return '[^]*';
    if (part === '*') return '[^/]*';
    return part === '#' ? '[0-9]+' : part.replace(/[.\\+?^$(){}|[\]/]/g, '\\$&');
  });
  return new RegExp(`^${source}$`);
}

describe('GroupPattern', () => {
  it.each([
    ['{group}_*.jpg', 'images/patient7_001.jpg', 'patient7'],
    ['{group}_*.jpg', 'images/patient_7_001.jpg', 'patient'],
    ['{group}_#.jpg', 'images/patient_7_001.jpg', 'patient_7'],
    ['{group}#.png', 'frame12.png', 'frame'],
    ['{group}/**', 'images/film 3/a/b.png', 'film 3'],
    ['**/{group}/*', 'images/2026/film/b.png', 'film'],
    ['*_{group}_*', 'a_b_c_d', 'b'],
    ['{group}.jpg', 'images/a/b.jpg', null],
    ['{group}_*.jpg', 'images/patient7.jpg', null],
    ['{group}_*.jpg', 'images/_1.jpg', null],
    ['{group}_*.JPG', 'a_1.jpg', null],
    ['\\{{group}\\}\\*', '{a}*', 'a'],
    ['{group}—*', '너구리🦝—1.png', '너구리🦝'],
    ['🦝{group}🦝*', '🦝a🦝b🦝', 'a'],
  ])('%s of %s is %s', (pattern, name, expected) => {
    expect(group(pattern, name)).toBe(expected);
  });

  it.each(['', 'a*', '{group}{group}', '{group}_{group}', '{group}*', '*{group}', '{group}**', '***_{group}', '{name}_{group}', '{group}}', '{group}_\\', `{group}${'#_'.repeat(9)}`, `${'a'.repeat(200)}{group}`])('refuses %j, and says where', (pattern) => {
    expect(() => GroupPattern.parse(pattern, '/group_pattern')).toThrow(expect.objectContaining({ code: 'validation-failed', findings: [expect.objectContaining({ pointer: '/group_pattern' })] }) as Error);
  });

  it('means what the same pattern as a regular expression means, where that has one reading', () => {
    const part = fc.constantFrom('a', 'b', '_', '/', '#', '1', '.');
    const pattern = fc.tuple(fc.array(fc.oneof(part, fc.constantFrom('*_', '**/')), { maxLength: 4 }), fc.array(fc.oneof(part, fc.constantFrom('_*', '/**')), { maxLength: 4 })).map(([before, behind]) => `${before.join('')}{group}${behind.join('')}`);
    const name = fc.array(fc.constantFrom('a', 'b', '_', '/', '1', '2', '.'), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, name, (text, given) => {
        const parsed = parsedOrNull(text);
        if (parsed === null || given.startsWith('images/')) return;
        expect(parsed.groupOf(given) === null, `${text} on ${given}`).toBe(!asRegExp(text).test(given));
        // Lazy wildcards before the group begin it as early as can be, as ours do.
        const lazy = new RegExp(asRegExp(text).source.replace(/\[\^\/\]\*|\[\^\]\*|\[0-9\]\+/g, '$&?'));
        if (!/[*#].*\{group\}/.test(text)) expect(parsed.groupOf(given)).toBe(lazy.exec(given)?.[1] ?? null);
      }),
      { seed: 20_261_125, numRuns: 3_000 },
    );
  });

  it('takes linear time on what makes a regular expression run for ages', () => {
    // ^(?:[^/]*a){7}([^/]+?)b$ on many "a" has more readings than there are seconds in a life.
    const pattern = GroupPattern.parse(`${'*a'.repeat(7)}{group}b#`);
    const steps = 2_000;
    const from = performance.now();
    for (let index = 0; index < steps; index += 1) expect(pattern.groupOf('a'.repeat(1_000))).toBeNull();
    const spent = performance.now() - from;
    const twice = performance.now();
    for (let index = 0; index < steps; index += 1) expect(pattern.groupOf('a'.repeat(500))).toBeNull();
    // Quadratic would be 4, cubic 8; a backtracking one would not come back.
    expect(spent / (performance.now() - twice)).toBeLessThan(8);
  }, 60_000);
});

function parsedOrNull(text: string): GroupPattern | null {
  try {
    return GroupPattern.parse(text);
  } catch {
    return null;
  }
}
