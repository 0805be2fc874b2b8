import { parseArgs } from 'node:util';
import { ConfigurationError, type Environment } from '@app/configuration';
import { S3ObjectStore } from '@app/object-store';
import { BackupDamaged, type BackupPlace } from './backup/backup-place.port.js';
import { commandConfig } from './backup/command-environment.js';
import { openPlace } from './backup/open-place.js';
import { restoreBackup, type Restored } from './backup/restore/restore-backup.js';

const EXIT_CONFIG = 78;
const USAGE = `npm run restore -- --from PLACE [--id ID]     the newest backup, or that one, into an empty database and an empty bucket
PLACE is a folder or s3://bucket/folder (docs/backup.md).`;

interface Call {
  readonly environment: Environment;
  /** What a folder is relative to. */
  readonly folder: string;
  readonly print: (text: string) => void;
}

/** `npm run restore`: 0 where all was restored and agrees, 1 where the backup is damaged or differences were found, 2 where it could not be done, 78 when the environment is not enough. */
export async function runRestore(args: readonly string[], { environment, folder, print }: Call): Promise<number> {
  let place: BackupPlace | null = null;
  let store: S3ObjectStore | null = null;
  try {
    const { from, id } = flagsOf(args);
    const config = commandConfig(environment);
    store = new S3ObjectStore(config.store);
    place = openPlace(from, { environment, store: config.store, folder });
    const { backup, objects, differences } = await restoreBackup(place, { databaseUrl: config.database.url, store }, { onStep: print, ...(id === undefined ? {} : { id }) });
    return report({ backup, objects, differences }, print);
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    if (error instanceof BackupDamaged) return 1;
    return error instanceof ConfigurationError ? EXIT_CONFIG : 2;
  } finally {
    place?.close();
    store?.close();
  }
}

function report({ backup, objects, differences }: Restored, print: Call['print']): number {
  for (const { code, where, detail, advice } of differences) print(`${code.padEnd(18)}  ${where}: ${detail}\n  ${advice}`);
  print(`Restored: the installation as it was at ${backup.takenAt} (${objects.written} objects written, ${objects.present} were there).`);
  if (differences.length === 0) print('Database, bucket, manifests and zips agree.');
  else print(`${differences.length} difference(s)${backup.problems.length > 0 ? `; the installation lacked ${backup.problems.length} object(s) when it was saved` : ''}.`);
  return differences.length === 0 ? 0 : 1;
}

function flagsOf(args: readonly string[]): { from: string; id?: string } {
  const { values } = parseArgs({ args: [...args], options: { from: { type: 'string' }, id: { type: 'string' } } });
  if (values.from === undefined) throw new RangeError(USAGE);
  return { from: values.from, ...(values.id === undefined ? {} : { id: values.id }) };
}

if (import.meta.filename === process.argv[1]) {
  process.exitCode = await runRestore(process.argv.slice(2), { environment: process.env, folder: process.cwd(), print: (text) => void process.stdout.write(`${text}\n`) });
}
