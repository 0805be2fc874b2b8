// Compares database, bucket, manifests and zips that the environment names (DATABASE_URL, S3_*): docs/fsck.md. Changes nothing.
//   npm run fsck [-- --dataset ID] [-- --deep] [-- --json] [-- --grace-minutes 60]
import { parseArgs } from 'node:util';
import { build } from './build.mjs';

const print = (text) => process.stdout.write(`${text}\n`);
try {
  const { values } = parseArgs({
    options: { dataset: { type: 'string' }, deep: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, 'grace-minutes': { type: 'string', default: '60' } },
  });
  const graceMinutes = Number(values['grace-minutes']);
  if (!Number.isFinite(graceMinutes) || graceMinutes < 0) throw new Error('--grace-minutes takes a number of minutes.');
  await build({ ifChanged: true });
  const { runFsck } = await import('../dist/backend/apps/backend/src/fsck.main.js');
  process.exitCode = await runFsck(process.env, { json: values.json, deep: values.deep, graceMinutes, ...(values.dataset === undefined ? {} : { datasetId: values.dataset }) }, print);
} catch (error) {
  print(error.message);
  process.exitCode = 2;
}
