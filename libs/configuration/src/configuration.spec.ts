import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigurationError, describeEnvironment, environmentTable, readEnvironment, secretProblems } from './index.js';

const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('where it listens'),
  MODE: z.enum(['on', 'off']).default('on').describe('whether | or not'),
  LIMIT: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).default(2 * 1024 ** 3).describe('most bytes'),
  KEY: z.string().min(32).describe('signs'),
  NAME: z.string().default('of-this-machine').describe('its name').meta({ shownDefault: "the host's name" }),
  LIST: z.string().default('').transform((text) => text.split(',')).refine((all) => all.length < 5, 'at most four').describe('some'),
  MORE: z.string().optional().describe('nothing'),
});

const read = (environment: Record<string, string>) => readEnvironment(schema, environment, { problems: (given) => (given['MORE'] === 'bad-value' ? ['MORE: is bad'] : []) });
const problemsOf = (environment: Record<string, string>): string => {
  try {
    read(environment);
    return '';
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message;
  }
};

describe('readEnvironment', () => {
  it('fills in defaults, and takes an empty variable for one that is not set', () => {
    expect(read({ KEY: 'k'.repeat(32), PORT: '', MORE: ' ' })).toEqual({ PORT: 3000, MODE: 'on', LIMIT: 2 * 1024 ** 3, KEY: 'k'.repeat(32), NAME: 'of-this-machine', LIST: [''], MORE: undefined });
  });

  it('says all at once what is wrong, by name and with what is expected, and no value', () => {
    const said = problemsOf({ PORT: '99999', MODE: 'hidden-value', LIST: '1,2,3,4,5', MORE: 'bad-value' });
    expect(said.split('\n')).toHaveLength(5);
    expect(said).toContain('KEY: is not set (signs)');
    expect(said).toMatch(/^PORT: .*65535/m);
    expect(said).toMatch(/^MODE: .*"on"\|"off"/m);
    expect(said).toContain('LIST: at most four');
    expect(said).toContain('MORE: is bad');
    expect(said).not.toMatch(/hidden-value|99999|bad-value/);
  });
});

describe('secretProblems', () => {
  const rules = { secrets: { ONE: 16, OTHER: 16 }, urls: ['URL'] };
  const good = { ONE: 'q8Zr2LmX0vBn4TcWk7Hs', OTHER: 'p3Vw9KdR5yUf1GjQe6Nz', URL: 'postgres://vision:q8Zr2LmX@h/v' };

  it('finds nothing in random ones, in ones that are not set, and in a URL without a password', () => {
    expect(secretProblems(good, rules)).toEqual([]);
    expect(secretProblems({ URL: 'nats://127.0.0.1, tls://user@two' }, rules)).toEqual([]);
  });

  it.each([
    ['short', { ONE: 'q8Zr2LmX0vBn4Tc' }, /^ONE: .*16 characters/],
    ['of one letter', { ONE: 'a'.repeat(40) }, /^ONE: /],
    ['an example', { ONE: 'ChangeMe-q8Zr2LmX0vBn4TcWk7Hs' }, /^ONE: /],
    ['equal', { OTHER: good.ONE }, /^OTHER: .* ONE$/],
    ['known in a URL', { URL: 'postgres://vision:postgres@h/v' }, /^URL: /],
    ["the user's name in a URL", { URL: 'nats://a:b0Zr2LmX@one,nats://backend:backend@two' }, /^URL: /],
  ])('refuses one that is %s, and never says it', (_, change, expected) => {
    const found = secretProblems({ ...good, ...change }, rules);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
    for (const value of Object.values(change)) expect(found[0]).not.toContain(value);
  });
});

describe('the table', () => {
  it('says defaults, ranges and what is required', () => {
    expect(environmentTable(schema).split('\n')).toEqual([
      '| variable | default | values | what it is for |',
      '| --- | --- | --- | --- |',
      '| `PORT` | 3000 | 0 to 65535 | where it listens |',
      '| `MODE` | on | on, off | whether \\| or not |',
      '| `LIMIT` | 2147483648 (2 GiB) | 1 or more | most bytes |',
      '| `KEY` | **required** | 32 characters or more | signs |',
      "| `NAME` | the host's name |  | its name |",
      '| `LIST` |  |  | some |',
      '| `MORE` |  |  | nothing |',
      '',
    ]);
  });

  it('refuses a variable of which nobody says what it is for', () => {
    expect(() => describeEnvironment(z.object({ A: z.string() }))).toThrow('A has no description');
  });
});
