import { fileChecker } from './check-files.js';
import { ImageUploader } from './image-uploader.js';
import { QueueDb } from './queue-db.js';
import { isEnded, type PickedFile, type UploadItem } from './upload-item.js';
import { apiPorts, type UploadChoices } from './upload-ports.js';

/** The page is told no more often: a hundred thousand files are listed each time. */
const TELL_MILLISECONDS = 200;
const SAVE_MILLISECONDS = 2_000;

export interface UploadState {
  readonly items: readonly UploadItem[];
  readonly isRunning: boolean;
  /** Of before a reload: their files have to be picked again. */
  readonly left: readonly UploadItem[];
}

const NOTHING: UploadState = { items: [], isRunning: false, left: [] };

/** Images on their way into one dataset, outside React: they go on while the reader looks at other pages. */
export class UploadSession {
  private uploader: ImageUploader | null = null;
  private state: UploadState = NOTHING;
  private left: readonly UploadItem[] = [];
  private telling: ReturnType<typeof setTimeout> | undefined;
  private saving: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly datasetId: string,
    private readonly queues: QueueDb,
  ) {
    // Without storage (a private window) uploads work all the same; they just do not outlive the page.
    void queues.load(datasetId).then((left) => this.recall(left), () => undefined);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): UploadState => this.state;

  add(picked: readonly PickedFile[], choices: UploadChoices): void {
    this.uploader ??= new ImageUploader({ check: fileChecker.check, ...apiPorts(this.datasetId, choices), changed: () => this.changed() });
    this.uploader.add(picked, this.left);
    const paths = new Set(picked.map((one) => one.path));
    this.left = this.left.filter((item) => !paths.has(item.path));
    this.uploader.start();
    this.changed();
  }

  pause(): void {
    this.uploader?.pause();
  }
  resume(): void {
    this.uploader?.start();
  }
  retryFailed(): void {
    this.uploader?.retryFailed();
  }
  /** Forgets what is over and what was left of before. */
  clear(): void {
    this.uploader?.pause();
    this.uploader = null;
    this.left = [];
    this.changed();
  }

  private recall(left: readonly UploadItem[]): void {
    if (this.uploader === null) this.left = left.some((item) => !isEnded(item.phase)) ? left : [];
    this.changed();
  }

  private changed(): void {
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      this.state = { items: this.uploader?.list() ?? [], isRunning: this.uploader?.isRunning ?? false, left: this.left.filter((item) => !isEnded(item.phase)) };
      for (const listener of this.listeners) listener();
    }, TELL_MILLISECONDS);
    this.saving ??= setTimeout(() => {
      this.saving = undefined;
      void this.save().catch(() => undefined);
    }, SAVE_MILLISECONDS);
  }

  private save(): Promise<void> {
    const items = [...(this.uploader?.list() ?? []), ...this.left];
    return items.every((item) => isEnded(item.phase)) ? this.queues.drop(this.datasetId) : this.queues.save(this.datasetId, items);
  }
}

const queues = new QueueDb();
const sessions = new Map<string, UploadSession>();

/** The one session of a dataset in this tab. */
export function uploadSession(datasetId: string): UploadSession {
  const session = sessions.get(datasetId) ?? new UploadSession(datasetId, queues);
  sessions.set(datasetId, session);
  return session;
}

window.addEventListener('beforeunload', (event) => {
  if ([...sessions.values()].some((session) => session.snapshot().isRunning)) event.preventDefault();
});
