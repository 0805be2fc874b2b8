import { SpatialIndex } from '../kernels/hit-test.js';
import type { Change } from '../model/change.js';
import type { Box, Point } from '../model/geometry.js';
import { boundsOf, type Geometry, type LabelObject } from '../model/label-object.js';
import type { History, StepLabel } from '../model/history.js';
import { ImageDocument } from '../model/image-document.js';
import type { ClassInfo, ToolHost } from '../tools/tool.js';
import { Viewport } from '../view/viewport.js';
import type { EditorView } from './editor-view.js';
import { withMembers } from './id-set.js';
import { Suggestions } from './suggestions.js';
import { ToolRunner } from './tool-runner.js';

export interface OpenImage {
  readonly document: ImageDocument;
  /** Kept by the page for each image that was visited: undo survives the change of images. */
  readonly history: History;
  readonly suggestions?: readonly LabelObject[];
  readonly readOnly?: boolean;
}

export interface EditorOptions {
  readonly newId: () => string;
  /** Somebody wants to draw and no class is chosen. */
  readonly onNeedClass?: () => void;
  /** Somebody does not want this suggestion. */
  readonly onReject?: (id: string) => void;
}

const EMPTY: ReadonlySet<string> = new Set();

/**
 * The labeler without its page: the labels of one image at a time, what is selected, the tools and the view. It knows no DOM and no network. A
 * page hands in pointer events and actions by name, draws what `view()` says, and saves what `onChange` tells.
 */
export class Editor implements ToolHost {
  readonly viewport = new Viewport();
  readonly tools: ToolRunner;
  readonly suggestions: Suggestions;
  private readonly index = new SpatialIndex();
  private open_: OpenImage | null = null;
  private stopWatching: () => void = () => undefined;
  private selectedIds: ReadonlySet<string> = EMPTY;
  private hovered: string | null = null;
  private justDrawn: string | null = null;
  private previewed: ReadonlyMap<string, LabelObject> = new Map();
  private lifted: ReadonlySet<string> = EMPTY;
  private hiddenIds: ReadonlySet<string> = EMPTY;
  private lockedIds: ReadonlySet<string> = EMPTY;
  private allHidden = false;
  private classList: readonly ClassInfo[] = [];
  private classId: number | null = null;
  private view_: EditorView | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly changeListeners = new Set<(document: ImageDocument, changes: readonly Change[]) => void>();

  constructor(private readonly options: EditorOptions) {
    this.tools = new ToolRunner(this, this.viewport, () => this.changed());
    this.suggestions = new Suggestions({ changed: () => this.changed(), rejected: (id) => this.options.onReject?.(id) });
  }

  /** Told after anything that `view()` shows. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  /** Told of each change of labels by this person, undo and redo included; not of what `merge` brings. */
  onChange(listener: (document: ImageDocument, changes: readonly Change[]) => void): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  open(image: OpenImage): void {
    this.tools.reset();
    this.stopWatching();
    this.open_ = image;
    this.index.load(image.document.all());
    this.stopWatching = image.document.subscribe((changes) => this.documentChanged(changes));
    this.suggestions.set(image.suggestions ?? []);
    this.selectedIds = this.hiddenIds = this.lockedIds = EMPTY;
    this.hovered = null;
    this.previewed = new Map();
    this.lifted = EMPTY;
    this.viewport.setImage(image.document.size);
    this.changed();
  }
  close(): void {
    this.tools.reset();
    this.stopWatching();
    this.open_ = null;
    // Without labels beside them, what was taken over would be proposed again.
    this.suggestions.set([]);
    this.changed();
  }

  readonly view = (): EditorView => (this.view_ ??= this.makeView());

  setClasses(classes: readonly ClassInfo[]): void {
    this.classList = classes;
    if (this.activeClass === null) this.classId = classes[0]?.id ?? null;
    this.changed();
  }
  /**
   * The class of what is drawn next. What somebody selected, and did not lock, becomes it too; what is selected only because it was just drawn does not: "2, draw, 1,
   * draw" makes two objects of two classes.
   */
  setClass(id: number): void {
    this.classId = id;
    const chosen = this.selected.filter((one) => one.id !== this.justDrawn && this.isFree(one.id));
    this.commit('class', chosen.map((before) => ({ id: before.id, before, after: { ...before, classId: id } })));
    this.changed();
  }

  // What tools ask (ToolHost).
  get image(): { readonly width: number; readonly height: number } {
    return this.open_?.document.size ?? { width: 1, height: 1 };
  }
  get document(): ImageDocument | null {
    return this.open_?.document ?? null;
  }
  get activeClass(): ClassInfo | null {
    return this.classList.find((one) => one.id === this.classId) ?? null;
  }
  get selected(): readonly LabelObject[] {
    return [...this.selectedIds].flatMap((id) => this.document?.get(id) ?? []);
  }
  /** A tool may be chosen while the next image is still on its way; whoever may only look has none to choose. */
  get isLookOnly(): boolean {
    return this.open_?.readOnly === true;
  }
  get readOnly(): boolean {
    return this.open_ === null || this.open_.readOnly === true;
  }
  reach(screenPixels: number): number {
    return this.viewport.lengthInImage(screenPixels);
  }
  hits(point: Point): readonly LabelObject[] {
    return this.index.at(point, this.reach(4)).filter((one) => this.isFree(one.id));
  }
  /** Objects of which something may be seen in the window, hidden ones left out. */
  seen(): readonly LabelObject[] {
    return this.index.within(this.viewport.visible()).filter((one) => !this.hiddenIds.has(one.id));
  }
  within(box: Box): readonly LabelObject[] {
    return this.index.within(box).filter((one) => this.isFree(one.id));
  }
  select(ids: readonly string[]): void {
    this.justDrawn = null;
    this.selectedIds = new Set(ids.filter((id) => this.document?.get(id) !== undefined));
    const [only] = this.selected;
    if (only !== undefined && this.selectedIds.size === 1 && this.classList.some((one) => one.id === only.classId)) this.classId = only.classId;
    this.changed();
  }
  hover(id: string | null): void {
    if (id === this.hovered) return;
    this.hovered = id;
    this.changed();
  }
  preview(objects: readonly LabelObject[]): void {
    this.previewed = new Map(objects.map((one) => [one.id, one]));
    if (objects.length !== this.lifted.size || !objects.every((one) => this.lifted.has(one.id))) this.lifted = new Set(this.previewed.keys());
    this.changed();
  }
  commit(label: StepLabel, changes: readonly Change[]): void {
    if (this.open_ === null || this.readOnly) return;
    this.tell(this.open_.history.do(this.open_.document, label, changes));
  }
  /** A step that is kept elsewhere: the stroke of a mask. */
  remember(...step: Parameters<History['add']>): void {
    this.open_?.history.add(...step);
    this.changed();
  }
  create(geometry: Geometry): LabelObject | null {
    const { activeClass } = this;
    if (activeClass === null || this.readOnly) {
      this.needClass();
      return null;
    }
    const object: LabelObject = { id: this.options.newId(), classId: activeClass.id, geometry, attributes: {}, source: 'manual', score: null, rest: {} };
    this.commit('draw', [{ id: object.id, before: null, after: object }]);
    this.select([object.id]);
    this.justDrawn = object.id;
    return object;
  }
  needClass(): void {
    this.options.onNeedClass?.();
  }
  newId(): string {
    return this.options.newId();
  }

  undo(): void {
    this.walk((image) => image.history.undo(image.document));
  }
  redo(): void {
    this.walk((image) => image.history.redo(image.document));
  }
  setNoObject(value: boolean): void {
    if (this.open_ === null || this.readOnly || (value && this.open_.document.all().length > 0)) return;
    this.open_.document.setNoObject(value);
    this.tell([], true);
  }

  /** What a merge with the server gave: shown, and not told as a change of this person. */
  merge(objects: readonly LabelObject[], noObject: boolean): void {
    this.document?.replace(objects, noObject);
  }

  setHidden(ids: readonly string[], hidden: boolean): void {
    this.hiddenIds = withMembers(this.hiddenIds, ids, hidden);
    this.changed();
  }
  setLocked(ids: readonly string[], locked: boolean): void {
    this.lockedIds = withMembers(this.lockedIds, ids, locked);
    this.changed();
  }
  setAllHidden(hidden: boolean): void {
    this.allHidden = hidden;
    this.changed();
  }
  isFree(id: string): boolean {
    return !this.allHidden && !this.hiddenIds.has(id) && !this.lockedIds.has(id);
  }
  /** Anything shown changed. */
  changed(): void {
    this.view_ = null;
    for (const listener of this.listeners) listener();
  }
  reveal(id: string): void {
    const object = this.document?.get(id);
    const bounds = object === undefined ? null : boundsOf(object.geometry);
    if (bounds !== null) this.viewport.reveal(bounds);
  }

  private walk(step: (image: OpenImage) => readonly Change[]): void {
    if (this.open_ === null || this.readOnly) return;
    const changes = step(this.open_);
    this.tell(changes);
    const there = changes.flatMap(({ after }) => (after === null ? [] : [after.id]));
    if (there.length > 0) this.select(there);
    else this.changed();
  }
  private tell(changes: readonly Change[], always = false): void {
    const { document } = this;
    if (document === null || (changes.length === 0 && !always)) return;
    // The history has its step only now: whoever looked while the document changed did not see it.
    this.changed();
    for (const listener of this.changeListeners) listener(document, changes);
  }
  private documentChanged(changes: readonly Change[]): void {
    for (const { id, after } of changes) this.index.set(id, after);
    this.selectedIds = new Set([...this.selectedIds].filter((id) => this.document?.get(id) !== undefined));
    this.changed();
  }
  private makeView(): EditorView {
    const objects = this.document?.all() ?? [];
    return {
      ...this.tools.view(),
      objects: this.previewed.size === 0 ? objects : objects.map((one) => this.previewed.get(one.id) ?? one),
      suggestions: this.suggestions.shown(objects),
      openSuggestions: this.suggestions.open(objects),
      threshold: this.suggestions.threshold,
      noObject: this.document?.noObject ?? false,
      selection: this.selectedIds,
      hovered: this.hovered,
      lifted: this.lifted,
      hidden: this.hiddenIds,
      locked: this.lockedIds,
      allHidden: this.allHidden,
      activeClass: this.activeClass,
      classes: this.classList,
      undo: this.open_?.history.undoLabel ?? null,
      redo: this.open_?.history.redoLabel ?? null,
      readOnly: this.readOnly,
    };
  }
}
