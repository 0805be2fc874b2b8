/** What is kept of an object: how many bytes, and which. */
export interface Written {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Something of a backup is not there, or is not what was written. The message says what. */
export class BackupDamaged extends Error {}

/**
 * Where backups lie: a folder or a bucket. Names are paths with `/`. What is written is there whole or not at all, and only its owner may read it.
 * Errors: `BackupDamaged` for a name that is not there; those of the disk or the store.
 */
export abstract class BackupPlace {
  /** For sentences. */
  abstract readonly shownName: string;
  abstract write(name: string, body: AsyncIterable<Uint8Array>): Promise<Written>;
  abstract read(name: string): Promise<AsyncIterable<Uint8Array>>;
  /** Null where there is none. */
  abstract sizeOf(name: string): Promise<number | null>;
  /** Names below a folder, `/` at its end, in their order. */
  abstract list(folder: string): AsyncIterable<string>;
  abstract move(from: string, to: string): Promise<void>;
  /** Names that are not there are no error. */
  abstract remove(names: readonly string[]): Promise<void>;
  /** Takes away what a run that was killed left half written. */
  abstract tidy(): Promise<void>;
  close(): void {
    // Only a bucket has something to close.
  }
}

/** Reads something small and whole. */
export async function readWhole(place: BackupPlace, name: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await place.read(name)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
