import { moved, resizedObject } from '../kernels/transform.js';
import { isSame, type Change } from '../model/change.js';
import { boxOfCorners, clampPoint, type Point } from '../model/geometry.js';
import type { StepLabel } from '../model/history.js';
import { boundsOf, type LabelObject } from '../model/label-object.js';
import type { ActionName } from '../tools/keymap.js';
import { Clipboard } from './clipboard.js';
import type { Editor } from './editor.js';
import { accepted } from './suggestions.js';

/** Of the window that a box made by a key takes up. */
const NEW_BOX = 0.25;
const ZOOM_STEP = 1.25;
const BIG_STEP = 10;

/** What keys, menus and buttons do to an editor, by name. Those of the page itself (next image, save, help) are not here. */
export class EditorActions {
  private readonly clipboard = new Clipboard();
  /** The objects of the image that was open before this one: for "the same again". */
  private previous: readonly LabelObject[] = [];

  constructor(private readonly editor: Editor) {}

  rememberPrevious(objects: readonly LabelObject[]): void {
    this.previous = objects;
  }

  /** True where the action is one of the editor's; it may still have found nothing to do. */
  run(name: ActionName): boolean {
    const action = this.table[name];
    action?.();
    return action !== undefined;
  }

  private readonly table: Readonly<Partial<Record<ActionName, () => void>>> = {
    'tool-select': () => this.editor.tools.choose('select'),
    'tool-box': () => this.editor.tools.choose('box'),
    'tool-polygon': () => this.editor.tools.choose('polygon'),
    'tool-keypoints': () => this.editor.tools.choose('keypoints'),
    'tool-brush': () => this.editor.tools.choose('brush'),
    'tool-eraser': () => this.editor.tools.choose('eraser'),
    'tool-fill': () => this.editor.tools.choose('fill'),
    finish: () => this.editor.tools.finish(),
    cancel: () => this.editor.tools.cancel(),
    'skip-point': () => this.editor.tools.skipPoint(),
    undo: () => (this.editor.tools.isIdle ? this.editor.undo() : this.editor.tools.stepBack()),
    redo: () => this.editor.redo(),
    delete: () => (this.editor.tools.isIdle ? this.delete() : this.editor.tools.stepBack()),
    copy: () => this.clipboard.put(this.editor.selected),
    paste: () => this.add('paste', this.clipboard.take(this.editor.image, () => this.editor.newId())),
    duplicate: () => this.duplicate(),
    repeat: () => this.repeat(),
    'select-all': () => this.editor.select((this.editor.document?.all() ?? []).filter((one) => this.editor.isFree(one.id)).map((one) => one.id)),
    'next-object': () => this.walk(1),
    'previous-object': () => this.walk(-1),
    hide: () => this.editor.setHidden(this.ids(), true),
    lock: () => this.toggleLock(),
    'hide-all': () => this.editor.setAllHidden(!this.editor.view().allHidden),
    'show-all': () => this.editor.setHidden([...this.editor.view().hidden], false),
    'new-box': () => this.newBox(),
    accept: () => this.accept(this.editor.view().suggestions.slice(0, 1)),
    'accept-all': () => this.accept(this.editor.suggestions.exclusive ? this.editor.view().suggestions.slice(0, 1) : this.editor.view().suggestions),
    reject: () => this.reject(),
    nothing: () => this.editor.setNoObject(!this.editor.view().noObject),
    'zoom-in': () => this.editor.viewport.zoomBy(ZOOM_STEP),
    'zoom-out': () => this.editor.viewport.zoomBy(1 / ZOOM_STEP),
    'zoom-fit': () => this.editor.viewport.fit(),
    'zoom-actual': () => this.editor.viewport.actualSize(),
  };

  /** Arrow keys with a selection. */
  nudge(by: Point, isBig: boolean): void {
    const step = isBig ? BIG_STEP : 1;
    this.change('nudge', (object) => moved(object, { x: by.x * step, y: by.y * step }, this.editor.image));
  }
  /** Ctrl and arrows: the right and the lower side. */
  grow(by: Point): void {
    this.change('resize', (object) => {
      const box = boundsOf(object.geometry);
      if (box === null) return object;
      const corner = { x: Math.max(box.x + 1, box.x + box.width + by.x), y: Math.max(box.y + 1, box.y + box.height + by.y) };
      return resizedObject(object, { x: 1, y: 1 }, corner, this.editor.image);
    });
  }
  setAttributes(id: string, attributes: LabelObject['attributes']): void {
    const before = this.editor.document?.get(id);
    if (before !== undefined) this.editor.commit('attributes', [{ id, before, after: { ...before, attributes } }]);
  }
  accept(suggestions: readonly LabelObject[]): void {
    const { paint } = this.editor.suggestions;
    // The surest first: where two say something of a pixel, that one has it.
    if (paint !== null) return suggestions.forEach((one) => void paint(one));
    this.editor.commit('accept', suggestions.map((one) => ({ id: one.id, before: null, after: accepted(one) })));
  }
  deleteObjects(ids: readonly string[]): void {
    this.editor.commit('delete', ids.flatMap((id) => ({ id, before: this.editor.document?.get(id) ?? null, after: null })));
  }
  /** One class of a classified image: alone, or (`several`) in or out beside others. */
  classify(classId: number, several: boolean): void {
    const all = this.editor.document?.all() ?? [];
    const given = all.find((one) => one.classId === classId);
    const removed: Change[] = (several ? [] : all).filter((one) => one !== given).map((before) => ({ id: before.id, before, after: null }));
    if (given !== undefined) this.editor.commit('class', [...removed, { id: given.id, before: given, after: null }]);
    else {
      const id = this.editor.newId();
      const after: LabelObject = { id, classId, geometry: { kind: 'none' }, attributes: {}, source: 'manual', score: null, rest: {} };
      this.editor.commit('class', [...removed, { id, before: null, after }]);
    }
  }

  private ids(): readonly string[] {
    return this.editor.selected.map((one) => one.id);
  }
  private change(label: StepLabel, step: (object: LabelObject) => LabelObject): void {
    this.editor.commit(label, this.editor.selected.filter((one) => this.editor.isFree(one.id)).map((before) => ({ id: before.id, before, after: step(before) })));
  }
  private delete(): void {
    this.deleteObjects(this.ids().filter((id) => this.editor.isFree(id)));
  }
  private add(label: StepLabel, objects: readonly LabelObject[]): void {
    this.editor.commit(label, objects.map((after) => ({ id: after.id, before: null, after })));
    this.editor.select(objects.map((one) => one.id));
  }
  private duplicate(): void {
    const own = new Clipboard();
    own.put(this.editor.selected);
    this.add('paste', own.take(this.editor.image, () => this.editor.newId()));
  }
  private repeat(): void {
    const own = new Clipboard();
    own.put(this.previous);
    const there = this.editor.document?.all() ?? [];
    const again = own.take(this.editor.image, () => this.editor.newId(), { x: 0, y: 0 });
    // Pressed twice it does not lay every object over itself.
    this.add('repeat', again.filter((one) => !there.some((other) => isSame({ ...other, id: one.id, attributes: one.attributes, source: one.source, score: one.score, rest: one.rest }, one))));
  }
  private toggleLock(): void {
    const { locked } = this.editor.view();
    const ids = this.ids();
    this.editor.setLocked(ids, !ids.every((id) => locked.has(id)));
  }
  private walk(by: 1 | -1): void {
    const all = this.editor.view().objects;
    const at = all.findIndex((one) => this.editor.view().selection.has(one.id));
    const next = at < 0 ? (by === 1 ? all[0] : all.at(-1)) : all.at((at + by + all.length) % all.length);
    if (next === undefined) return;
    this.editor.select([next.id]);
    this.editor.reveal(next.id);
  }
  private newBox(): void {
    const { x, y, width, height } = this.editor.viewport.visible();
    const [halfWidth, halfHeight] = [(width * NEW_BOX) / 2, (height * NEW_BOX) / 2];
    const centre = clampPoint({ x: x + width / 2, y: y + height / 2 }, this.editor.image);
    const corner = (sign: 1 | -1): Point => clampPoint({ x: centre.x + sign * halfWidth, y: centre.y + sign * halfHeight }, this.editor.image);
    this.editor.create({ kind: 'box', box: boxOfCorners(corner(-1), corner(1)) });
  }
  private reject(): void {
    const [first] = this.editor.view().suggestions;
    if (first !== undefined) this.editor.suggestions.reject(first.id);
  }
}
