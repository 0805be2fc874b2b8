import { z } from 'zod';
import { BackupDamaged, readWhole, type BackupPlace } from './backup-place.port.js';

/** docs/backup.md describes it. */
export const BACKUP_FORMAT = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const fileSchema = z.object({ name: z.string(), sizeBytes: z.number(), sha256 });
export type BackupFile = z.infer<typeof fileSchema>;

const tableSchema = z.object({ table: z.string(), columns: z.array(z.string()), rows: z.number(), file: fileSchema });
export type SavedTable = z.infer<typeof tableSchema>;

const sequenceSchema = z.object({ table: z.string(), column: z.string(), lastValue: z.string(), isCalled: z.boolean() });
export type SavedSequence = z.infer<typeof sequenceSchema>;

export const problemSchema = z.object({ kind: z.enum(['missing', 'other-bytes']), key: z.string() });
/** What the installation itself lacked when it was saved. */
export type BackupProblem = z.infer<typeof problemSchema>;

export const backupSchema = z.object({
  format: z.literal(BACKUP_FORMAT),
  id: z.string(),
  productVersion: z.string(),
  /** The position: what was committed before is in it, and nothing else. */
  takenAt: z.string(),
  finishedAt: z.string(),
  /** Names of the migrations that had run. */
  migrations: z.array(z.string()),
  tables: z.array(tableSchema),
  sequences: z.array(sequenceSchema),
  /** Lists of the objects in the order of their keys. */
  catalogue: z.array(fileSchema),
  objects: z.object({ count: z.number(), sizeBytes: z.number() }),
  problems: z.array(problemSchema),
});
export type Backup = z.infer<typeof backupSchema>;

export const entrySchema = z.object({ key: z.string(), sizeBytes: z.number(), etag: z.string(), sha256 });
/** An object of the bucket. */
export type CatalogueEntry = z.infer<typeof entrySchema>;

export const names = {
  backups: 'backups/',
  folder: (id: string): string => `backups/${id}/`,
  head: (id: string): string => `backups/${id}/backup.json`,
  wanted: (id: string): string => `backups/${id}/wanted.ndjson.gz`,
  table: (id: string, table: string): string => `backups/${id}/tables/${table}.copy.gz`,
  catalogue: (id: string, number: number): string => `backups/${id}/objects/${String(number).padStart(6, '0')}.ndjson.gz`,
  /** By its bytes: what several backups have lies here once. */
  object: (hash: string): string => `objects/${hash.slice(0, 2)}/${hash.slice(2, 4)}/${hash}`,
  incoming: (name: string): string => `incoming/${name}`,
} as const;

/** Ids in the order in which they were begun; those without a head were not finished. */
export async function backupIds(place: BackupPlace): Promise<{ readonly finished: string[]; readonly unfinished: string[] }> {
  const [all, finished] = [new Set<string>(), new Set<string>()];
  for await (const name of place.list(names.backups)) {
    const id = name.split('/')[1] ?? '';
    all.add(id);
    if (name === names.head(id)) finished.add(id);
  }
  return { finished: [...finished], unfinished: [...all].filter((id) => !finished.has(id)) };
}

/** Errors: `BackupDamaged`. */
export async function readHead(place: BackupPlace, id: string): Promise<Backup> {
  const bytes = await readWhole(place, names.head(id));
  try {
    return backupSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw new BackupDamaged(`${names.head(id)} cannot be read, or is of a later release`, { cause: error });
  }
}

/** The newest finished one, or the one that is asked for. Errors: `BackupDamaged` where there is none. */
export async function chosenBackup(place: BackupPlace, id?: string): Promise<Backup> {
  const { finished } = await backupIds(place);
  const chosen = id ?? finished.at(-1);
  if (chosen === undefined) throw new BackupDamaged(`there is no finished backup in ${place.shownName}`);
  if (!finished.includes(chosen)) throw new BackupDamaged(`there is no finished backup ${chosen} in ${place.shownName}`);
  return readHead(place, chosen);
}
