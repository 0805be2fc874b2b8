import { randomId } from '../../api/random-id.js';
import { isOver, isUnderWay, newUpload, nextUpload, startable, type UploadEvent, type UploadItem } from './upload-machine.js';
import { sendFile } from './upload-transport.js';

/** Two files at a time: more would share one line, and the server takes few at once. */
const AT_ONCE = 2;

/** Files on their way, outside React: they go on while the reader looks at other pages. */
class UploadStore {
  private items: readonly UploadItem[] = [];
  private readonly files = new Map<string, File>();
  private readonly aborts = new Map<string, AbortController>();
  private readonly listeners = new Set<() => void>();
  private readonly arrivals = new Set<(item: UploadItem) => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): readonly UploadItem[] => this.items;

  /** Called for each file that became a dataset. */
  onArrival(listener: (item: UploadItem) => void): () => void {
    this.arrivals.add(listener);
    return () => this.arrivals.delete(listener);
  }

  add(files: readonly File[]): void {
    const added = files.map((file) => {
      const id = randomId();
      this.files.set(id, file);
      return newUpload(id, file);
    });
    this.replace([...this.items, ...added]);
  }

  cancel(id: string): void {
    this.tell(id, { kind: 'cancelled' });
    this.aborts.get(id)?.abort();
  }

  again(id: string): void {
    const file = this.files.get(id);
    if (file === undefined) return;
    const next = randomId();
    this.files.delete(id);
    this.files.set(next, file);
    this.tell(id, { kind: 'again', id: next });
  }

  dismiss(id: string): void {
    this.files.delete(id);
    this.replace(this.items.filter((item) => item.id !== id || !isOver(item.phase)));
  }

  dismissAll(): void {
    for (const item of this.items) if (isOver(item.phase)) this.files.delete(item.id);
    this.replace(this.items.filter((item) => !isOver(item.phase)));
  }

  private tell(id: string, event: UploadEvent): void {
    const before = this.items.find((item) => item.id === id);
    if (before === undefined) return;
    const after = nextUpload(before, event);
    if (after === before) return;
    this.replace(this.items.map((item) => (item.id === id ? after : item)));
    if (after.phase === 'done' && before.phase !== 'done') {
      this.files.delete(id);
      for (const arrived of this.arrivals) arrived(after);
    }
  }

  private replace(items: readonly UploadItem[]): void {
    this.items = items;
    for (const listener of this.listeners) listener();
    for (const item of startable(this.items, AT_ONCE)) this.start(item);
  }

  private start(item: UploadItem): void {
    const file = this.files.get(item.id);
    if (file === undefined || this.aborts.has(item.id)) return;
    const abort = new AbortController();
    this.aborts.set(item.id, abort);
    void sendFile(item.id, file, (event) => this.tell(item.id, event), abort.signal).finally(() => this.aborts.delete(item.id));
  }
}

export const uploads = new UploadStore();

window.addEventListener('beforeunload', (event) => {
  if (uploads.snapshot().some((item) => isUnderWay(item.phase) || item.phase === 'waiting')) event.preventDefault();
});
