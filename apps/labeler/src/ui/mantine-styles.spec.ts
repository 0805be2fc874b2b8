import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = resolve(import.meta.dirname, '..');
const STYLES = resolve(SOURCE, '../../../node_modules/@mantine/core/styles');

/** Components of Mantine that the page imports by name. */
function usedComponents(): string[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx')).map((file) => readFileSync(join(SOURCE, file), 'utf8'));
  const lists = files.flatMap((text) => [...text.matchAll(/import \{([^}]+)\} from '@mantine\/core'/g)].map((found) => found[1] ?? ''));
  const names = lists.flatMap((list) => list.split(',').map((name) => name.trim()));
  return [...new Set(names)].filter((name) => /^[A-Z]/.test(name) && existsSync(join(STYLES, `${name}.css`))).sort();
}

describe('the styles of Mantine', () => {
  it('are loaded for every component that is used', () => {
    const loaded = readFileSync(join(SOURCE, 'ui/mantine-styles.ts'), 'utf8');
    const used = usedComponents();
    expect(used).toContain('Button');
    expect(used.filter((name) => !loaded.includes(`/${name}.css'`))).toEqual([]);
  });
});
