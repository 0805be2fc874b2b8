// Examines the object store that the environment names (S3_*, PUBLIC_URL, PAGE_ORIGINS): docs/store.md. Builds first where nothing is built.
//   npm run doctor [-- --json] [-- --set-cors]
import { parseArgs } from 'node:util';
import { build } from './build.mjs';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, 'set-cors': { type: 'boolean', default: false } } });
await build({ ifChanged: true });
const { runDoctor } = await import('../dist/backend/apps/backend/src/doctor.main.js');
process.exitCode = await runDoctor(process.env, { json: values.json, setCors: values['set-cors'] }, (text) => process.stdout.write(`${text}\n`));
