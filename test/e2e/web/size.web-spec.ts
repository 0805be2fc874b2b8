import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, inject, it } from 'vitest';

/** What a browser has to load before somebody can label, beyond what every page needs. */
const BUDGET_BYTES = 60_000;
const LABELER = 'src/features/labeler/labeler-page.tsx';

interface Piece {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}
const folder = inject('pageFolder');
let manifest: Readonly<Record<string, Piece>>;

beforeAll(async () => {
  manifest = JSON.parse(await readFile(join(folder, '.vite/manifest.json'), 'utf8')) as Readonly<Record<string, Piece>>;
});

/** The files of a piece and of everything that it cannot run without. */
function filesOf(key: string, seen = new Set<string>()): ReadonlySet<string> {
  const piece = manifest[key];
  if (piece === undefined) throw new Error(`There is no ${key} in the build.`);
  if (seen.has(piece.file)) return seen;
  for (const file of [piece.file, ...(piece.css ?? [])]) seen.add(file);
  for (const one of piece.imports ?? []) filesOf(one, seen);
  return seen;
}

describe('the labeler', () => {
  it('loads little more than the shell does', async () => {
    const shell = filesOf('index.html');
    const own = [...filesOf(LABELER)].filter((file) => !shell.has(file));
    const sizes = await Promise.all(own.map(async (file) => [file, gzipSync(await readFile(join(folder, file))).length] as const));
    const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
    process.stdout.write(`labeler route over the shell: ${(total / 1_000).toFixed(1)} kB gzip\n`);
    expect(total, JSON.stringify(Object.fromEntries(sizes))).toBeLessThanOrEqual(BUDGET_BYTES);
  });
});
