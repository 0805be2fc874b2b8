import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ConfigurationError, type Environment } from '@app/configuration';
import { S3ObjectStore } from '@app/object-store';
import { backupIds, readHead, type Backup } from './backup/backup-format.js';
import type { BackupPlace } from './backup/backup-place.port.js';
import { commandConfig, sizeText } from './backup/command-environment.js';
import { keepNewest } from './backup/keep-newest.js';
import { makeBackup } from './backup/make-backup.js';
import { openPlace } from './backup/open-place.js';
import { verifyBackup } from './backup/verify-backup.js';

const EXIT_CONFIG = 78;
const USAGE = `npm run backup -- --to PLACE [--keep N]     save database and bucket; with --keep only the newest N backups stay
npm run backup -- --to PLACE --list         what is there
npm run backup -- --to PLACE --verify [--id ID]  read every byte of the newest backup, or of that one
PLACE is a folder or s3://bucket/folder (docs/backup.md).`;

interface Flags {
  readonly to: string;
  readonly keep: number | null;
  readonly list: boolean;
  readonly verify: boolean;
  readonly id?: string;
}

interface Call {
  readonly environment: Environment;
  /** What a folder is relative to. */
  readonly folder: string;
  readonly print: (text: string) => void;
}

/** `npm run backup`: 0 where all is well, 1 where a backup is damaged, or what was saved lacks objects, 2 where it could not be done, 78 when the environment is not enough. */
export async function runBackup(args: readonly string[], { environment, folder, print }: Call): Promise<number> {
  let place: BackupPlace | null = null;
  let store: S3ObjectStore | null = null;
  try {
    const flags = flagsOf(args);
    const config = commandConfig(environment);
    store = new S3ObjectStore(config.store);
    place = openPlace(flags.to, { environment, store: config.store, folder });
    if (flags.list) return await list(place, print);
    if (flags.verify) return await verify(place, flags.id, print);
    return await save(place, { databaseUrl: config.database.url, store, flags, print });
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return error instanceof ConfigurationError ? EXIT_CONFIG : 2;
  } finally {
    place?.close();
    store?.close();
  }
}

function flagsOf(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: { to: { type: 'string' }, keep: { type: 'string' }, list: { type: 'boolean', default: false }, verify: { type: 'boolean', default: false }, id: { type: 'string' } },
  });
  if (values.to === undefined) throw new RangeError(USAGE);
  const keep = values.keep === undefined ? null : Number(values.keep);
  if (keep !== null && !(Number.isSafeInteger(keep) && keep > 0)) throw new RangeError('--keep takes a number from 1.');
  return { to: values.to, keep, list: values.list, verify: values.verify, ...(values.id === undefined ? {} : { id: values.id }) };
}

async function list(place: BackupPlace, print: Call['print']): Promise<number> {
  const { finished, unfinished } = await backupIds(place);
  for (const id of finished) print(lineOf(await readHead(place, id)));
  for (const id of unfinished) print(`${id}  not finished; the next one goes on with what it copied`);
  if (finished.length + unfinished.length === 0) print(`There is no backup in ${place.shownName}.`);
  return 0;
}

const lineOf = ({ id, takenAt, objects, tables, problems }: Backup): string =>
  `${id}  of ${takenAt}: ${objects.count} objects (${sizeText(objects.sizeBytes)}), ${tables.reduce((sum, one) => sum + one.rows, 0)} rows${problems.length === 0 ? '' : `, ${problems.length} problem(s)`}`;

async function verify(place: BackupPlace, id: string | undefined, print: Call['print']): Promise<number> {
  const { backup, faults } = await verifyBackup(place, id);
  for (const fault of faults) print(fault);
  print(faults.length === 0 ? `The backup ${backup.id} is whole.` : `The backup ${backup.id} is damaged: ${faults.length} fault(s). Make a new one; what is sound in it is used again.`);
  return faults.length === 0 ? 0 : 1;
}

async function save(place: BackupPlace, { databaseUrl, store, flags, print }: { databaseUrl: string; store: S3ObjectStore; flags: Flags; print: Call['print'] }): Promise<number> {
  const productVersion = await versionOfProduct();
  let copied = { copied: 0, copiedBytes: 0 };
  let toldAt = Date.now();
  const onObjects = (done: { objects: number; copied: number; copiedBytes: number }): void => {
    copied = { copied: done.copied, copiedBytes: done.copiedBytes };
    if (Date.now() - toldAt < 5_000) return;
    toldAt = Date.now();
    print(`${done.objects} objects, ${done.copied} of them copied (${sizeText(done.copiedBytes)}) ...`);
  };
  const backup = await makeBackup({ databaseUrl, store, productVersion }, place, { onObjects });
  print(`Saved in ${place.shownName}: ${lineOf(backup)}`);
  print(`${copied.copied} objects (${sizeText(copied.copiedBytes)}) were copied, the others lay there.`);
  if (flags.keep !== null) for (const id of await keepNewest(place, flags.keep)) print(`Removed: ${id}`);
  for (const { kind, key } of backup.problems) print(kind === 'missing' ? `missing: ${key}` : `other bytes than the rows say: ${key}`);
  if (backup.problems.length > 0) print(`The installation lacks ${backup.problems.length} object(s), and so does the backup. npm run fsck says more.`);
  return backup.problems.length === 0 ? 0 : 1;
}

/** What the build wrote down. */
async function versionOfProduct(): Promise<string> {
  const text = await readFile(new URL('../../../../code-version', import.meta.url), 'utf8').catch(() => 'unknown');
  return text.trim();
}

if (import.meta.filename === process.argv[1]) {
  process.exitCode = await runBackup(process.argv.slice(2), { environment: process.env, folder: process.cwd(), print: (text) => void process.stdout.write(`${text}\n`) });
}
