import { ItemStore } from './item-store.js';
import type { ImageType, LocalRefusal } from './local-checks.js';
import { isEnded, newItem, type PickedFile, type PutTarget, type UploadItem } from './upload-item.js';
import { isWorthAnotherTry, waitMilliseconds } from './upload-retries.js';

export interface FileCheck {
  readonly refusal: LocalRefusal | null;
  readonly sha256: string | null;
  readonly type: ImageType | null;
}

export type Outcome = { readonly status: 'stored' | 'duplicate' | 'replaced' | 'skipped' | 'refused' | 'pending'; readonly reason: string | null };
export interface Announced {
  readonly id: string | null;
  readonly put: PutTarget | null;
  readonly result: Outcome | null;
}

/** What the uploader needs of the world. */
export interface UploadPorts {
  readonly check: (file: File) => Promise<FileCheck>;
  readonly announce: (items: readonly UploadItem[], signal: AbortSignal) => Promise<readonly Announced[]>;
  /** Gives the store's status; 0: no answer. */
  readonly put: (file: File, target: PutTarget, options: { readonly signal: AbortSignal; readonly onProgress: (bytes: number) => void }) => Promise<number>;
  readonly complete: (ids: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, Outcome>>;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly changed: () => void;
}

const AT_ONCE = 4;
/** Few, so that addresses do not run out while their files wait. */
const ANNOUNCED_AT_ONCE = 40;
const COMPLETED_AT_ONCE = 100;
const MOST_TRIES = 6;

/**
 * Images straight to the store: checked here, announced by the dozen, four put at a time, completed together. What fails for a passing reason is
 * tried again, later each time; a pause stops everything where it is and nothing that arrived is sent twice.
 */
export class ImageUploader {
  private readonly items: ItemStore;
  private readonly files = new Map<string, File>();
  private stop: AbortController | null = null;

  constructor(private readonly ports: UploadPorts) {
    this.items = new ItemStore(ports.changed);
  }

  get isRunning(): boolean {
    return this.stop !== null;
  }
  readonly list = (): readonly UploadItem[] => this.items.list();

  /** Adds files; one that was known before (a reload) goes on where it was. What is over stays over. */
  add(picked: readonly PickedFile[], known: readonly UploadItem[] = []): void {
    const before = new Map(known.map((item) => [item.path, item]));
    for (const one of picked) {
      const old = this.items.find(one.path) ?? before.get(one.path);
      if (old !== undefined && old.size === one.file.size && old.modified === one.file.lastModified) this.goOn(one, old);
      else this.begin(one, newItem(one));
    }
  }

  private goOn(picked: PickedFile, old: UploadItem): void {
    const isUnderWay = this.items.find(picked.path) !== undefined && !isEnded(old.phase);
    if (isUnderWay) return;
    const isIn = old.phase === 'stored' || old.phase === 'duplicate' || old.phase === 'refused';
    // Its content was read already, which is what takes long.
    this.begin(picked, isIn ? old : { ...newItem(picked), sha256: old.sha256, type: old.type, phase: old.sha256 === null ? 'waiting' : 'checked' });
  }

  private begin({ path, file }: PickedFile, item: UploadItem): void {
    this.files.set(path, file);
    this.items.put(item);
  }

  start(): void {
    if (this.stop !== null) return;
    const stop = new AbortController();
    this.stop = stop;
    // A worker that dies of something unforeseen must not leave the others waiting for it.
    void Promise.all([this.checkAll(stop.signal), this.announceAll(stop.signal), this.completeAll(stop.signal), ...Array.from({ length: AT_ONCE }, () => this.putAll(stop.signal))]).finally(() => {
      if (this.stop === stop) this.stop = null;
      this.ports.changed();
    });
    this.ports.changed();
  }

  pause(): void {
    this.stop?.abort();
    this.stop = null;
    // What was under way is sent again under the address that it has; what arrived stays arrived.
    for (const item of this.items.some('sending', AT_ONCE)) this.set(item, { phase: 'ready', sentBytes: 0 });
    this.ports.changed();
  }

  retryFailed(): void {
    for (const item of this.items.some('failed', Infinity)) this.set(item, { phase: item.sha256 === null ? 'waiting' : 'checked', tries: 0, reason: null, refusal: null });
    this.start();
  }

  private async checkAll(signal: AbortSignal): Promise<void> {
    for (let item = this.items.first('waiting'); item !== undefined && !signal.aborted; item = this.items.first('waiting')) {
      const file = this.files.get(item.path);
      const check = file === undefined ? null : await this.ports.check(file).catch(() => null);
      if (signal.aborted) return;
      this.set(item, this.afterCheck(item.path, check));
    }
  }

  private afterCheck(path: string, check: FileCheck | null): Partial<UploadItem> {
    if (check === null) return { phase: 'failed', refusal: 'lost' };
    const refusal = check.refusal ?? (this.items.hasTwin(path, check.sha256) ? 'same-file' : null);
    return refusal === null ? { phase: 'checked', sha256: check.sha256, type: check.type } : { phase: 'refused', refusal };
  }

  private async announceAll(signal: AbortSignal): Promise<void> {
    for (let tries = 0; !signal.aborted && this.items.hasAny(['waiting', 'checked', 'ready', 'sending', 'sent']); ) {
      const batch = this.items.count('ready') < AT_ONCE ? this.items.some('checked', ANNOUNCED_AT_ONCE) : [];
      if (batch.length === 0) await this.ports.wait(50, signal);
      else {
        const answer = await this.ports.announce(batch, signal).catch((error: unknown) => this.refuseAll(batch, error, signal));
        if (answer !== null) batch.forEach((item, index) => this.set(item, afterAnnouncement(answer[index])));
        tries = answer === null ? tries + 1 : 0;
        if (answer === null) await this.ports.wait(waitMilliseconds(tries), signal);
      }
    }
  }

  /** Null: it may work another time. Otherwise every file of the batch has the reason. */
  private refuseAll(batch: readonly UploadItem[], error: unknown, signal: AbortSignal): null {
    if (!signal.aborted && !isWorthAnotherTry(error)) for (const item of batch) this.set(item, { phase: 'failed', reason: error instanceof Error ? error.message : String(error) });
    return null;
  }

  private async putAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.items.hasAny(['waiting', 'checked', 'ready'])) {
      const item = this.items.first('ready');
      if (item === undefined) await this.ports.wait(30, signal);
      else await this.putOne(item, signal);
    }
  }

  private async putOne(item: UploadItem, signal: AbortSignal): Promise<void> {
    const [file, { put }] = [this.files.get(item.path), item];
    if (file === undefined || put === null) return this.set(item, { phase: 'failed', refusal: 'lost' });
    this.set(item, { phase: 'sending', sentBytes: 0 });
    const status = await this.ports.put(file, put, { signal, onProgress: (bytes) => this.set(item, { sentBytes: Math.min(bytes, item.size) }) }).catch(() => 0);
    if (signal.aborted) return undefined;
    if (status >= 200 && status < 300) return this.set(item, { phase: 'sent', sentBytes: item.size });
    const tries = item.tries + 1;
    if (tries >= MOST_TRIES) return this.set(item, { phase: 'failed', sentBytes: 0, reason: status === 0 ? null : `HTTP ${status}`, refusal: 'lost' });
    // An address that ran out is asked for anew.
    this.set(item, { phase: 'sending', sentBytes: 0, tries });
    await this.ports.wait(waitMilliseconds(tries), signal);
    return signal.aborted ? undefined : this.set(item, { phase: status === 403 ? 'checked' : 'ready' });
  }

  private async completeAll(signal: AbortSignal): Promise<void> {
    for (let tries = 0; !signal.aborted && this.items.hasAny(['waiting', 'checked', 'ready', 'sending', 'sent']); ) {
      const sent = this.items.some('sent', COMPLETED_AT_ONCE);
      const isLast = !this.items.hasAny(['waiting', 'checked', 'ready', 'sending']);
      if (sent.length === 0 || (sent.length < COMPLETED_AT_ONCE / 4 && !isLast && tries === 0)) await this.ports.wait(200, signal);
      else tries = (await this.completeSome(sent, signal)) ? 0 : tries + 1;
      if (tries > 0) await this.ports.wait(waitMilliseconds(tries), signal);
    }
  }

  /** False when something has to be tried again. */
  private async completeSome(sent: readonly UploadItem[], signal: AbortSignal): Promise<boolean> {
    const ids = sent.flatMap((item) => item.uploadId ?? []);
    const open = this.items.count('sent');
    const results = await this.ports.complete(ids, signal).catch(() => null);
    if (results === null || signal.aborted) return false;
    for (const item of sent) this.set(item, afterCompletion(results.get(item.uploadId ?? '')));
    return this.items.count('sent') < open;
  }

  private set(item: UploadItem, part: Partial<UploadItem>): void {
    this.items.change(item.path, part);
  }
}

function afterAnnouncement(answer: Announced | undefined): Partial<UploadItem> {
  if (answer?.result != null) return afterCompletion(answer.result);
  return answer?.id == null || answer.put === null ? { phase: 'failed', refusal: 'lost' } : { phase: 'ready', uploadId: answer.id, put: answer.put };
}

function afterCompletion(outcome: Outcome | undefined): Partial<UploadItem> {
  switch (outcome?.status) {
    case 'stored':
    case 'replaced':
      return { phase: 'stored' };
    case 'duplicate':
    case 'skipped':
      return { phase: 'duplicate' };
    case 'refused':
      return { phase: 'refused', reason: outcome.reason };
    case 'pending':
      return { phase: 'sent' };
    case undefined:
      return { phase: 'failed', refusal: 'lost' };
  }
}
