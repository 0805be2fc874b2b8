// Writes the tables of variables in docs/configuration.md from the schemas of the programs; `--check` fails when the committed file is stale. Needs a build.
import { readFile, writeFile } from 'node:fs/promises';

const TARGET = new URL('../docs/configuration.md', import.meta.url);
const dist = (path) => import(new URL(`../dist/${path}`, import.meta.url).href);

const { environmentTable } = await dist('backend/libs/configuration/src/index.js');
const { backendEnvironment } = await dist('backend/apps/backend/src/config/backend-config.js');
const { trainingEnvironment } = await dist('training/apps/training/src/config/training-config.js');
const { standaloneEnvironment } = await dist('standalone/apps/standalone/src/config/standalone-environment.js');
const { backupEnvironment } = await dist('backend/apps/backend/src/backup/backup-environment.js');

const TABLES = { standalone: standaloneEnvironment, backend: backendEnvironment, training: trainingEnvironment, backup: backupEnvironment };

const committed = await readFile(TARGET, 'utf8');
let text = committed;
for (const [name, schema] of Object.entries(TABLES)) {
  const [begin, end] = [`<!-- generated: ${name} -->\n`, `<!-- end: ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/configuration.md lacks the marks of ${name}.`);
  text = `${text.slice(0, from + begin.length)}${environmentTable(schema)}${text.slice(to)}`;
}
if (process.argv.includes('--check')) {
  if (committed !== text) {
    process.stderr.write('docs/configuration.md is stale: run `npm run config:docs` and commit it.\n');
    process.exit(1);
  }
} else {
  await writeFile(TARGET, text);
}
