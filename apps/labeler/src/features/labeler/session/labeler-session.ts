import { http } from '../../../api/http.js';
import { randomId } from '../../../api/random-id.js';
import type { Dataset, ImageItem, LabelClass, Page } from '../../../api/types.js';
import { Editor, EditorActions, History, ImageDocument, readObject, type JsonObject } from '../../../engine/index.js';
import { PictureError, PictureLoader, type PictureTrouble, type Shown } from '../../../engine/images/index.js';
import { DatasetSaver, maskCodec, objectCodec, type LabelEdit, type Outbox, type SaveStatus, type TabLocks } from '../../../engine/save/index.js';
import type { ImageFilter } from '../../../api/image-queries.js';
import { ImageOrder } from '../image-order.js';
import { addressesOf } from './image-addresses.js';
import { editOf, objectsOf } from './label-bridge.js';
import type { MakeMaskBridge, MaskBridge } from './mask-bridge.js';
import { firstTool } from './tools-of-task.js';
import { LabelsAhead } from './labels-ahead.js';
import { SuggestionDesk, type SuggestionWire } from './suggestion-desk.js';
import { patchTransport } from './patch-transport.js';

export interface SessionOptions {
  readonly dataset: Dataset;
  readonly classes: readonly LabelClass[];
  readonly userId: string;
  readonly filter: ImageFilter;
  readonly start: ImageItem;
  readonly outbox: Outbox;
  readonly tabs: TabLocks;
  /** Where pixels are labelled. */
  readonly makeMask: MakeMaskBridge | null;
  /** The page's address follows. */
  readonly onImage: (imageId: number) => void;
  readonly onNeedClass: () => void;
  readonly suggestions: SuggestionWire;
}

/** What the page shows beside the editor; a new object after each change. */
export interface SessionView {
  readonly image: ImageItem;
  readonly phase: 'loading' | 'ready' | 'failed';
  /** Why the labels could not be loaded. */
  readonly error: unknown;
  readonly picture: 'none' | 'preview' | 'full';
  readonly trouble: PictureTrouble | null;
  readonly save: SaveStatus | null;
  /** Images of this dataset whose labels are not all with the server. */
  readonly unsaved: number;
  readonly outboxLost: boolean;
  /** There is none in this direction; told until the next move. */
  readonly end: 1 | -1 | null;
  /** Somebody painted the same pixels at the same time: this person's lie on top. */
  readonly overlap: boolean;
}

const AHEAD = 5;
const LABELS_AHEAD = 3;
const BEHIND = 1;
const MEGABYTE = 2 ** 20;
/** Decoded images that are kept: a sixteenth of what the device says that it has, in bounds. */
const cacheBytes = (): number => Math.min(384, Math.max(128, (deviceGigabytes() * 1_024) / 16)) * MEGABYTE;
const deviceGigabytes = (): number => ('deviceMemory' in navigator && typeof navigator.deviceMemory === 'number' ? navigator.deviceMemory : 4);

/** One visit of the labeler: the images in their order, the editor, and everything that loads and saves. Without React. */
export class LabelerSession {
  readonly editor: Editor;
  readonly actions: EditorActions;
  readonly order: ImageOrder;
  readonly saver: DatasetSaver;
  /** Only where pixels are labelled. */
  readonly mask: MaskBridge | null;
  private readonly desk: SuggestionDesk;
  private readonly pictures: PictureLoader<ImageBitmap>;
  private readonly labels: LabelsAhead;
  private readonly visited = new Map<number, { readonly document: ImageDocument; readonly history: History }>();
  private readonly renewed = new Map<number, string | null>();
  private readonly sizes = new Map<number, ImageItem>();
  private readonly listeners = new Set<() => void>();
  private readonly pictureListeners = new Set<(shown: Shown<ImageBitmap> | null, image: ImageItem) => void>();
  private current: SessionView;
  private shown: Shown<ImageBitmap> | null = null;
  private direction: 1 | -1 = 1;
  private visit = 0;
  private readonly path: string;

  constructor(private readonly options: SessionOptions) {
    const { dataset, start, filter, onNeedClass } = options;
    this.path = `datasets/${encodeURIComponent(dataset.id)}`;
    this.editor = new Editor({ newId: randomId, onNeedClass, onReject: (id) => this.desk.rejected(id) });
    this.desk = new SuggestionDesk(this.editor, options.suggestions, (json) => (this.mask === null ? readObject(json) : this.mask.proposed(json)));
    this.editor.suggestions.exclusive = dataset.task_type === 'image_classification' && !dataset.multi_label;
    this.actions = new EditorActions(this.editor);
    this.editor.setClasses(options.classes);
    this.editor.onChange((document) => this.saver.change(document.imageId, this.editOf(document)));
    this.mask = options.makeMask?.(this.editor, (imageId, objects) => this.masked(imageId, objects), () => this.set({ trouble: 'undecodable' })) ?? null;
    const tool = firstTool(dataset.task_type);
    if (tool !== null && dataset.role !== 'viewer') this.editor.tools.choose(tool);
    this.order = new ImageOrder((query, signal) => http.get<Page<ImageItem>>(`${this.path}/images`, { query: { ...query }, signal }), filter, start);
    this.labels = new LabelsAhead((imageId) => http.get<JsonObject>(`${this.path}/annotations/${imageId}`));
    this.pictures = new PictureLoader<ImageBitmap>({
      fetch: (url, init) => fetch(url, init),
      decode: (blob) => createImageBitmap(blob),
      sign: async (imageId, signal) => {
        const image = await http.get<ImageItem>(`${this.path}/images/${imageId}`, { signal });
        this.order.update(imageId, image);
        return addressesOf(image);
      },
      capBytes: cacheBytes(),
    });
    this.saver = new DatasetSaver({
      userId: options.userId,
      datasetId: dataset.id,
      outbox: options.outbox,
      tabs: options.tabs,
      send: patchTransport(dataset.id),
      codecFor: (imageId) => (dataset.task_type === 'semantic_segmentation' ? maskCodec({ ...this.sizeOf(imageId), onOverlap: () => this.set({ overlap: true }) }) : objectCodec),
      newId: randomId,
      onLabels: (imageId, labels) => this.labelsCame(imageId, labels),
      onStatus: (imageId, status) => this.statusCame(imageId, status),
      onOutboxLost: () => this.set({ outboxLost: true }),
    });
    this.current = { image: start, phase: 'loading', error: null, picture: 'none', trouble: null, save: null, unsaved: 0, outboxLost: false, end: null, overlap: false };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly view = (): SessionView => this.current;
  /** Told of each picture for the canvas; null: there is none yet. */
  onPicture(listener: (shown: Shown<ImageBitmap> | null, image: ImageItem) => void): () => void {
    this.pictureListeners.add(listener);
    listener(this.shown, this.current.image);
    return () => this.pictureListeners.delete(listener);
  }

  async begin(): Promise<void> {
    try {
      await this.learnSizes();
      await this.saver.start();
    } catch {
      // Without a network nothing could be sent anyhow: what closed tabs left stays on the device for the next visit.
    }
    await this.open(this.current.image);
  }

  /** Masks that were left on this device can only be read with the size of their image. */
  private async learnSizes(): Promise<void> {
    if (this.mask === null) return;
    const left = await this.options.outbox.list(this.options.userId, this.options.dataset.id).catch(() => []);
    const ids = new Set(left.map((one) => one.imageId).filter((id) => this.order.find(id) === undefined));
    await Promise.all([...ids].map(async (id) => this.sizes.set(id, await http.get<ImageItem>(`${this.path}/images/${id}`))));
  }
  private sizeOf(imageId: number): { readonly width: number; readonly height: number } {
    const { width, height } = this.order.find(imageId) ?? this.sizes.get(imageId) ?? this.options.start;
    return { width, height };
  }

  /** To the next (1) or the previous image of the order. */
  async step(by: 1 | -1): Promise<void> {
    this.direction = by;
    const next = await this.order.step(this.current.image.id, by);
    if (next === null) this.set({ end: by });
    else await this.open(next);
  }
  /** The next one that nobody has labelled, in the filtered order or behind it. */
  async nextUnlabeled(): Promise<void> {
    const { items } = await http.get<Page<ImageItem>>(`${this.path}/images`, { query: { ...this.options.filter, order: undefined, status: 'unlabeled', after: this.current.image.id, limit: 1 } });
    const [next] = items;
    if (next === undefined) return this.set({ end: 1 });
    await this.jump(next);
  }
  async jump(image: ImageItem): Promise<void> {
    while (this.order.find(image.id) === undefined) {
      const last = this.order.items().at(-1);
      if (last === undefined || (await this.order.step(last.id, image.id > last.id ? 1 : -1)) === null) break;
    }
    await this.open(image);
  }
  async retry(): Promise<void> {
    await this.open(this.current.image);
  }
  /** Its addresses have ended; once an image, since one that is gone would be asked for again and again. */
  async renew({ id, expires_at: expiry }: ImageItem): Promise<void> {
    if (this.renewed.get(id) === expiry) return;
    this.renewed.set(id, expiry);
    const image = await http.get<ImageItem>(`${this.path}/images/${id}`).catch(() => null);
    if (image !== null) this.order.update(id, image);
  }

  async save(): Promise<void> {
    await this.mask?.flush();
    await this.saver.flush();
  }
  /** What a person says of the whole image. */
  setStatus(status: 'labeled' | 'reviewed'): void {
    const { document } = this.editor;
    if (document === null) return;
    this.saver.change(document.imageId, { ...this.editOf(document), status });
    void this.saver.saverOf(document.imageId)?.flush();
  }
  /** Somebody saved labels: those of the image on the screen are looked at again. */
  async savedElsewhere(imageId: number, revision: number): Promise<void> {
    const saver = this.saver.saverOf(imageId);
    if (saver === undefined || saver.status.revision >= revision) return;
    if (imageId === this.current.image.id) this.saver.seen(imageId, await this.labels.load(imageId));
  }

  /** The page is being left or hidden. The last pixels come from another thread, and may come in time. */
  leave(): void {
    this.saver.leave();
    void this.mask?.flush().then(() => this.saver.leave());
  }
  close(): void {
    this.saver.leave();
    // The last pixels come from another thread: the saver waits for them, to send them or to keep them on the device.
    const last = this.mask?.flush() ?? Promise.resolve();
    void last.then(() => {
      this.mask?.close();
      this.saver.leave();
      this.saver.close();
    });
    this.desk.close();
    this.pictures.close();
    this.order.close();
    this.editor.close();
  }

  private async open(image: ImageItem): Promise<void> {
    const visit = (this.visit += 1);
    const before = this.editor.document;
    if (before !== null && before.imageId !== image.id) {
      this.actions.rememberPrevious(before.all());
      void this.saver.saverOf(before.imageId)?.flush();
      // Until the labels of the next one are there, no key may mean the last one's.
      this.editor.close();
    }
    const ready = this.pictures.ready(image.id);
    this.set({ image, phase: 'loading', error: null, trouble: null, end: null, overlap: false, picture: ready === null ? 'none' : 'full', save: this.saver.saverOf(image.id)?.status ?? null });
    this.options.onImage(image.id);
    const picture = this.showPicture(image, visit);
    await this.openLabels(image, visit);
    await picture;
    if (visit !== this.visit) return;
    this.order.lookAround(image.id);
    const near = this.order.near(image.id, AHEAD, BEHIND, this.direction);
    this.pictures.prefetch(near.map(addressesOf));
    this.labels.prefetch(near.slice(0, LABELS_AHEAD).map((one) => one.id));
  }

  /** Those fetched ahead are shown at once, and looked at again behind. */
  private async openLabels(image: ImageItem, visit: number): Promise<void> {
    const ahead = this.labels.take(image.id);
    try {
      const labels = this.saver.open(image.id, ahead ?? (await this.labels.load(image.id)));
      if (visit !== this.visit) return;
      this.show(image, labels);
      if (ahead !== null) this.saver.seen(image.id, await this.labels.load(image.id));
    } catch (error) {
      if (visit === this.visit && this.current.phase !== 'ready') this.set({ phase: 'failed', error });
    }
  }

  private show(image: ImageItem, labels: LabelEdit): void {
    const known = this.visited.get(image.id);
    const objects = this.mask === null ? objectsOf(labels) : [];
    const document = known?.document ?? new ImageDocument({ imageId: image.id, width: image.width, height: image.height, objects, noObject: labels.noObject });
    document.replace(objects, labels.noObject);
    const history = known?.history ?? new History();
    this.visited.set(image.id, { document, history });
    const readOnly = this.options.dataset.role === 'viewer';
    this.editor.open({ document, history, readOnly });
    this.mask?.open(image, labels, { classes: this.options.classes, readOnly });
    this.set({ phase: 'ready', save: this.saver.saverOf(image.id)?.status ?? null });
    void this.desk.open(image.id);
  }

  private async showPicture(image: ImageItem, visit: number): Promise<void> {
    try {
      if (this.pictures.ready(image.id) === null) this.tellPicture(null, image);
      await this.pictures.show(addressesOf(image), (shown) => {
        if (visit !== this.visit) return;
        this.tellPicture(shown, image);
        this.set({ picture: shown.isPreview ? 'preview' : 'full' });
      });
    } catch (error) {
      if (visit === this.visit) this.set({ trouble: error instanceof PictureError ? error.code : 'undecodable' });
    }
  }

  private labelsCame(imageId: number, labels: LabelEdit): void {
    const known = this.visited.get(imageId);
    if (known === undefined) return;
    const image = this.order.find(imageId);
    if (this.mask === null) known.document.replace(objectsOf(labels), labels.noObject);
    else if (image !== undefined) {
      known.document.replace([], labels.noObject);
      this.mask.replace(image, labels);
    }
  }
  /** Painted pixels are labels: an image that has some is not marked as empty any more. */
  private masked(imageId: number, objects: LabelEdit['objects']): void {
    const document = this.visited.get(imageId)?.document;
    if (document === undefined) return;
    if (objects.size > 0) document.setNoObject(false);
    this.saver.change(imageId, { objects, noObject: document.noObject });
  }
  private editOf(document: ImageDocument): LabelEdit {
    return this.mask === null ? editOf(document) : { objects: this.mask.objectsOf(document.imageId), noObject: document.noObject };
  }
  private statusCame(imageId: number, status: SaveStatus): void {
    const state = this.saver.saverOf(imageId)?.serverState;
    if (status.state === 'saved' && state !== undefined) this.order.update(imageId, { status: state.status, revision: state.revision, no_object: state.noObject, object_count: state.objects.size });
    this.set({ unsaved: this.saver.unsaved().length, ...(imageId === this.current.image.id ? { save: status } : {}) });
  }
  private tellPicture(shown: Shown<ImageBitmap> | null, image: ImageItem): void {
    this.shown = shown;
    for (const listener of this.pictureListeners) listener(shown, image);
  }
  private set(change: Partial<SessionView>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }
}
