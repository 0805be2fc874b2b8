import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MOST_CHARACTERS = 100;
const MOST_FOLDERS = 12;

/** What the build has written beside the programs (`git describe`), or the version of the package: which code trained a model. */
export function codeVersion(from: string = import.meta.dirname): string {
  let folder = from;
  for (let steps = 0; steps < MOST_FOLDERS; steps += 1) {
    const built = join(folder, 'code-version');
    if (existsSync(built)) return readFileSync(built, 'utf8').trim().slice(0, MOST_CHARACTERS);
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return versionOf(readFileSync(manifest, 'utf8'));
    if (dirname(folder) === folder) break;
    folder = dirname(folder);
  }
  return 'unknown';
}

function versionOf(manifest: string): string {
  const { version }: { version?: unknown } = JSON.parse(manifest) as { version?: unknown };
  return typeof version === 'string' ? version.slice(0, MOST_CHARACTERS) : 'unknown';
}
