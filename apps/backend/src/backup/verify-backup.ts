import { createHash } from 'node:crypto';
import { chosenBackup, names, type Backup, type BackupFile } from './backup-format.js';
import { BackupDamaged, type BackupPlace } from './backup-place.port.js';
import { entriesOf } from './catalogue.js';
import { inOrder } from './in-order.js';

const AT_ONCE = 4;

export interface Verified {
  readonly backup: Backup;
  /** One sentence a fault; none where the backup is whole. */
  readonly faults: readonly string[];
}

/** Reads every byte of a backup and compares it with what was written. Errors: `BackupDamaged` where there is no such backup, or its head cannot be read; those of the place. */
export async function verifyBackup(place: BackupPlace, id?: string): Promise<Verified> {
  const backup = await chosenBackup(place, id);
  const faults: string[] = [];
  for await (const fault of inOrder(filesOf(place, backup, faults), AT_ONCE, ({ shown, file }) => faultOf(place, shown, file))) if (fault !== null) faults.push(fault);
  return { backup, faults };
}

interface Checked {
  readonly shown: string;
  readonly file: BackupFile;
}

/** What is twice in it is read twice: nothing is held. */
async function* filesOf(place: BackupPlace, { tables, catalogue }: Backup, faults: string[]): AsyncIterable<Checked> {
  for (const { table, file } of tables) yield { shown: `table ${table}`, file };
  for (const file of catalogue) yield { shown: 'a list of objects', file };
  try {
    for await (const { key, sizeBytes, sha256 } of entriesOf(place, catalogue)) yield { shown: key, file: { name: names.object(sha256), sizeBytes, sha256 } };
  } catch (error) {
    if (!(error instanceof BackupDamaged)) throw error;
    faults.push(error.message);
  }
}

async function faultOf(place: BackupPlace, shown: string, { name, sizeBytes, sha256 }: BackupFile): Promise<string | null> {
  const size = await place.sizeOf(name);
  if (size === null) return `${shown}: ${name} is missing`;
  if (size !== sizeBytes) return `${shown}: ${name} has ${size} bytes instead of ${sizeBytes}`;
  const hash = createHash('sha256');
  for await (const chunk of await place.read(name)) hash.update(chunk);
  return hash.digest('hex') === sha256 ? null : `${shown}: ${name} has other bytes than were written`;
}
