import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ACTIONS, chordText, keymapOf, PRESETS } from './keymap.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const text = readFileSync(here('../../../../../docs/labeler-states.md'), 'utf8');

const keyTable = (): string => {
  const cells = ACTIONS.map((action) => [`\`${action}\``, ...PRESETS.map((preset) => keymapOf(preset)[action].map(chordText).join(', '))]);
  const [, ...presets] = cells[0] ?? [];
  return [`| action | ${PRESETS.join(' | ')} |`, `|---|${presets.map(() => '---|').join('')}`, ...cells.map((row) => `| ${row.join(' | ')} |`)].join('\n');
};

describe('docs/labeler-states.md', () => {
  it('has the keys of every preset', () => {
    expect(text).toContain(keyTable());
  });

  it('has a row for each state of each tool, and for none that is not there', () => {
    const sources = ['select', 'box', 'polygon', 'keypoints'].flatMap((tool) => readdirSync(here(tool)).map((file) => readFileSync(here(`${tool}/${file}`), 'utf8')));
    const states = sources.flatMap((source) => [...source.matchAll(/'((?:select|box|polygon|keypoints)\.[a-z-]+)'/g)].map(([, name]) => name));
    const rows = [...text.matchAll(/^\| `((?:select|box|polygon|keypoints)\.[a-z-]+)` \|/gm)].map(([, name]) => name);
    expect([...rows].sort()).toEqual([...new Set(states)].sort());
    expect(rows.length).toBeGreaterThan(10);
  });
});
