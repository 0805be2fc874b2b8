// docs/backup.md. Builds first where nothing is built; in a container: node dist/backend/apps/backend/src/restore.main.js
import { build } from './build.mjs';

await build({ ifChanged: true });
const { runRestore } = await import('../dist/backend/apps/backend/src/restore.main.js');
process.exitCode = await runRestore(process.argv.slice(2), { environment: process.env, folder: process.env.INIT_CWD ?? process.cwd(), print: (text) => process.stdout.write(`${text}\n`) });
