// Writes docs/schemas/*.schema.json from libs/dice-format and, of external trainers, from libs/contracts; `--check` fails when a committed file is stale. Needs a build.
import { mkdir, readFile, writeFile } from 'node:fs/promises';

const FOLDER = new URL('../docs/schemas/', import.meta.url);
const { diceSchemas } = await import('../dist/backend/libs/dice-format/src/index.js');
const { trainerSchemas } = await import('../dist/backend/libs/contracts/src/index.js');

await mkdir(FOLDER, { recursive: true });
for (const [name, schema] of [...diceSchemas(), ...trainerSchemas()]) {
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  const file = new URL(name, FOLDER);
  if (!process.argv.includes('--check')) await writeFile(file, text);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    process.stderr.write(`docs/schemas/${name} is stale: run \`npm run dice-schemas\` and commit it.\n`);
    process.exitCode = 1;
  }
}
