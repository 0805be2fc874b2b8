import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { UploadItem } from './upload-item.js';

interface QueueSchema extends DBSchema {
  readonly queues: { readonly key: string; readonly value: readonly UploadItem[] };
}

const NAME = 'vision-uploads';
const STORE = 'queues';

/** What is on its way into each dataset, kept on this device over a reload. The files themselves are not: they are picked again. */
export class QueueDb {
  private opened: Promise<IDBPDatabase<QueueSchema>> | null = null;

  async load(datasetId: string): Promise<readonly UploadItem[]> {
    return (await (await this.open()).get(STORE, datasetId)) ?? [];
  }

  /** Addresses are left out: they end, and are secrets for as long as they live. */
  async save(datasetId: string, items: readonly UploadItem[]): Promise<void> {
    await (await this.open()).put(STORE, items.map((item) => ({ ...item, put: null })), datasetId);
  }

  async drop(datasetId: string): Promise<void> {
    await (await this.open()).delete(STORE, datasetId);
  }

  private open(): Promise<IDBPDatabase<QueueSchema>> {
    this.opened ??= openDB<QueueSchema>(NAME, 1, { upgrade: (database) => void database.createObjectStore(STORE) });
    return this.opened;
  }
}
