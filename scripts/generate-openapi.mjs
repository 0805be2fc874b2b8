// Writes docs/openapi.json from the routes of the built backend; `--check` fails when the committed file is stale. Connects to nothing.
import { readFile, writeFile } from 'node:fs/promises';

const TARGET = new URL('../docs/openapi.json', import.meta.url);
const { describeApi } = await import('../dist/backend/apps/backend/src/describe-api.main.js');
const text = `${JSON.stringify(await describeApi(), null, 2)}\n`;

if (process.argv.includes('--check')) {
  const committed = await readFile(TARGET, 'utf8').catch(() => '');
  if (committed !== text) {
    process.stderr.write('docs/openapi.json is stale: run `npm run openapi` and commit it.\n');
    process.exit(1);
  }
} else {
  await writeFile(TARGET, text);
}
process.exit(0);
