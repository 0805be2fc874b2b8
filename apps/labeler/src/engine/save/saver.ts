import type { JsonObject } from '../model/label-object.js';
import { ImageSaver } from './image-saver.js';
import type { LabelCodec } from './label-codec.js';
import type { LabelEdit } from './label-state.js';
import type { Outbox, OutboxRecord, RecordKey } from './outbox.js';
import type { KeptEdit, SaveStatus, SendPatch, Timing } from './save-types.js';
import type { TabLocks } from './tab-locks.js';

export interface DatasetSaverOptions {
  readonly userId: string;
  readonly datasetId: string;
  readonly outbox: Outbox;
  readonly tabs: TabLocks;
  readonly send: SendPatch;
  /** By the size of the image, where the task has masks. */
  readonly codecFor: (imageId: number) => LabelCodec;
  readonly newId: () => string;
  readonly onLabels: (imageId: number, labels: LabelEdit) => void;
  readonly onStatus: (imageId: number, status: SaveStatus) => void;
  /** The device does not keep edits (a private window, a full disk): they are only as safe as the network is. */
  readonly onOutboxLost?: (error: unknown) => void;
  readonly timing?: Partial<Timing>;
}

/** Bytes of bodies that a browser lets outlive its page, in all. */
const KEEPALIVE_BYTES = 60_000;

/**
 * The savers of a dataset's images in this tab. Each tab owns what it wrote into the outbox; what a tab left behind that is gone (closed, crashed)
 * is taken over, once, by the next one that starts.
 */
export class DatasetSaver {
  private readonly savers = new Map<number, ImageSaver>();
  private readonly outboxHasFailed = { told: false };

  constructor(private readonly options: DatasetSaverOptions) {}

  /** Takes over and sends what closed tabs left. Resolves with the images of it. */
  async start(): Promise<readonly number[]> {
    const { outbox, userId, datasetId, tabs } = this.options;
    const records = await outbox.list(userId, datasetId).catch((error: unknown) => this.lost(error, []));
    const others = records.filter((one) => one.tabId !== tabs.id);
    const taken: number[] = [];
    for (const tabId of new Set(others.map((one) => one.tabId))) {
      await tabs.ifGone(tabId, async () => {
        // Read again under the lock: another tab may have been faster.
        const theirs = (await outbox.list(userId, datasetId)).filter((one) => one.tabId === tabId);
        for (const record of theirs) taken.push(await this.adopt(record));
      });
    }
    for (const id of taken) void this.savers.get(id)?.flush();
    return taken;
  }

  /** The labels to show for an image whose answer just came: with what is not saved yet on top. */
  open(imageId: number, document: JsonObject): LabelEdit {
    const known = this.savers.get(imageId);
    if (known !== undefined) {
      known.seen(document);
      return known.labels;
    }
    return this.add(imageId, this.options.codecFor(imageId).read(document)).labels;
  }

  saverOf(imageId: number): ImageSaver | undefined {
    return this.savers.get(imageId);
  }
  change(imageId: number, edit: LabelEdit): void {
    this.savers.get(imageId)?.change(edit);
  }
  /** Somebody saved a later revision of it. */
  seen(imageId: number, document: JsonObject): void {
    this.savers.get(imageId)?.seen(document);
  }

  async flush(): Promise<void> {
    await Promise.all([...this.savers.values()].map((saver) => saver.flush()));
  }
  async retry(): Promise<void> {
    await Promise.all([...this.savers.values()].filter(({ status }) => status.state === 'offline' || status.state === 'logged-out').map((saver) => saver.retry()));
  }
  /** The page goes: what fits goes with it, the rest is in the outbox. */
  leave(): void {
    let room = KEEPALIVE_BYTES;
    for (const saver of this.unsaved()) {
      const bytes = saver.pendingBytes();
      if (bytes > room) continue;
      room -= bytes;
      void saver.flush(true);
    }
  }
  /** Images whose labels are not all with the server. */
  unsaved(): readonly ImageSaver[] {
    return [...this.savers.values()].filter(({ status }) => status.state !== 'saved');
  }
  close(): void {
    for (const saver of this.savers.values()) saver.close();
    this.savers.clear();
  }

  private add(imageId: number, start: ConstructorParameters<typeof ImageSaver>[1]): ImageSaver {
    const { send, codecFor, newId, onLabels, onStatus, timing } = this.options;
    const saver = new ImageSaver(imageId, start, {
      send,
      codec: codecFor(imageId),
      newKey: newId,
      timing,
      keep: (kept) => this.keep(imageId, kept),
      onLabels: (labels) => onLabels(imageId, labels),
      onStatus: (status) => onStatus(imageId, status),
    });
    this.savers.set(imageId, saver);
    return saver;
  }

  private async adopt(record: OutboxRecord): Promise<number> {
    const { imageId } = record;
    const own = this.savers.get(imageId);
    if (own === undefined) {
      this.add(imageId, record);
      await this.keep(imageId, record);
    } else await own.absorb(record);
    await this.options.outbox.remove(record).catch((error: unknown) => this.lost(error, undefined));
    return imageId;
  }

  private async keep(imageId: number, kept: KeptEdit | null): Promise<void> {
    const { userId, datasetId, tabs, outbox } = this.options;
    const key: RecordKey = { userId, datasetId, imageId, tabId: tabs.id };
    const done = kept === null ? outbox.remove(key) : outbox.put({ base: kept.base, edit: kept.edit, attempt: kept.attempt, conflicts: kept.conflicts, ...key, changedAt: Date.now() });
    await done.catch((error: unknown) => this.lost(error, undefined));
  }

  /** Told once; saving goes on without the device. */
  private lost<T>(error: unknown, instead: T): T {
    if (!this.outboxHasFailed.told) this.options.onOutboxLost?.(error);
    this.outboxHasFailed.told = true;
    return instead;
  }
}
