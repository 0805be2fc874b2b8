import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { LabelEdit, LabelState } from './label-state.js';
import type { MergeConflict } from './merge.js';
import type { Attempt } from './save-types.js';

/** What is not saved yet of one image, as far as this tab knows. */
export interface OutboxRecord {
  readonly userId: string;
  readonly datasetId: string;
  readonly imageId: number;
  readonly tabId: string;
  readonly base: LabelState;
  readonly edit: LabelEdit;
  readonly attempt: Attempt | null;
  readonly conflicts: readonly MergeConflict[];
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

export type RecordKey = Pick<OutboxRecord, 'userId' | 'datasetId' | 'imageId' | 'tabId'>;

/** Edits on this device, written before they are sent and removed when the server has them. */
export interface Outbox {
  put(record: OutboxRecord): Promise<void>;
  remove(key: RecordKey): Promise<void>;
  list(userId: string, datasetId?: string): Promise<readonly OutboxRecord[]>;
}

interface Schema extends DBSchema {
  edits: { key: string; value: OutboxRecord & { readonly key: string }; indexes: { byUser: string } };
}

const NAME = 'vision-labeler';
const VERSION = 1;
const keyOf = ({ userId, datasetId, imageId, tabId }: RecordKey): string => [userId, datasetId, imageId, tabId].join(' ');

/** In IndexedDB: it survives a reload, a crash and a flat battery. */
export class IndexedOutbox implements Outbox {
  private database: Promise<IDBPDatabase<Schema>> | null = null;

  async put(record: OutboxRecord): Promise<void> {
    await (await this.open()).put('edits', { ...record, key: keyOf(record) });
  }
  async remove(key: RecordKey): Promise<void> {
    await (await this.open()).delete('edits', keyOf(key));
  }
  async list(userId: string, datasetId?: string): Promise<readonly OutboxRecord[]> {
    const all = await (await this.open()).getAllFromIndex('edits', 'byUser', userId);
    return all.filter((one) => datasetId === undefined || one.datasetId === datasetId);
  }
  async close(): Promise<void> {
    (await this.database)?.close();
    this.database = null;
  }

  private open(): Promise<IDBPDatabase<Schema>> {
    this.database ??= openDB<Schema>(NAME, VERSION, {
      upgrade(database) {
        database.createObjectStore('edits', { keyPath: 'key' }).createIndex('byUser', 'userId');
      },
      // A newer page wants to change the form of the store: let it.
      blocking: (_current, _blocked, event) => {
        if (event.target instanceof IDBDatabase) event.target.close();
        this.database = null;
      },
      terminated: () => {
        this.database = null;
      },
    });
    return this.database;
  }
}
