import { createHash } from 'node:crypto';
import type { ObjectHead, ObjectStore } from '@app/object-store';
import type pg from 'pg';

const PAGE = 2_000;

/** What a check looks at. */
export interface Examined {
  readonly database: pg.Client;
  readonly store: ObjectStore;
  /** Bytes are read and hashed. */
  readonly deep: boolean;
  /** What is younger may be on its way. */
  readonly settledBefore: Date;
}

let cursors = 0;

/** Rows page by page, in a transaction that sees one moment: memory does not grow with them. */
export async function* rowsOf<T extends pg.QueryResultRow>({ database }: Examined, sql: string, parameters: readonly unknown[]): AsyncIterable<T> {
  cursors += 1;
  const name = `fsck_${cursors}`;
  await database.query(`declare ${name} no scroll cursor for ${sql}`, [...parameters]);
  try {
    for (;;) {
      const { rows } = await database.query<T>(`fetch ${PAGE} from ${name}`);
      yield* rows;
      if (rows.length < PAGE) return;
    }
  } finally {
    await database.query(`close ${name}`);
  }
}

export const isSettled = ({ settledBefore }: Examined, object: Pick<ObjectHead, 'lastModified'>): boolean => object.lastModified < settledBefore;

export async function sha256Of(store: ObjectStore, key: string): Promise<string> {
  const hash = createHash('sha256');
  const { body } = await store.get(key);
  const chunks: AsyncIterable<Uint8Array> = body;
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
