import { EditorActions } from '../editor/actions.js';
import { Editor } from '../editor/editor.js';
import type { ToolName } from '../editor/editor-view.js';
import type { Change } from '../model/change.js';
import type { Point } from '../model/geometry.js';
import { History } from '../model/history.js';
import { ImageDocument } from '../model/image-document.js';
import type { Geometry, LabelObject } from '../model/label-object.js';
import { actionOf, chordOf, keymapOf, type ActionName } from '../tools/keymap.js';
import type { ClassInfo } from '../tools/tool.js';
import type { PointerInput } from '../view/pointer-input.js';

type Held = Partial<Pick<PointerInput, 'shift' | 'alt' | 'mod' | 'button' | 'type' | 'pointerId'>>;

export const CLASSES: readonly ClassInfo[] = [
  { id: 0, name: 'cat', color: '#0072b2', keypoints: ['nose', 'tail', 'paw'], skeleton: [[0, 1]] },
  { id: 4, name: 'dog', color: '#d55e00', keypoints: null, skeleton: null },
];
export const WINDOW = { width: 1_000, height: 800 };
const IMAGE = { width: 400, height: 300 };

export const objectOf = (id: string, geometry: Geometry, more: Partial<LabelObject> = {}): LabelObject => ({ id, classId: 0, geometry, attributes: {}, source: 'manual', score: null, rest: {}, ...more });

/**
 * The editor driven by intention, without a page: points are image pixels, keys are those of the default map. Each gesture goes the whole way
 * through the view, the tools and the history.
 */
export class TestEditor {
  readonly editor: Editor;
  readonly actions: EditorActions;
  readonly told: Change[][] = [];
  document: ImageDocument;
  classWanted = 0;
  private made = 0;
  private readonly keymap = keymapOf('default');

  constructor(objects: readonly LabelObject[] = [], options: { readonly readOnly?: boolean; readonly classes?: readonly ClassInfo[] } = {}) {
    this.editor = new Editor({ newId: () => `new-${(this.made += 1)}`, onNeedClass: () => (this.classWanted += 1) });
    this.actions = new EditorActions(this.editor);
    this.editor.onChange((_, changes) => this.told.push([...changes]));
    this.editor.viewport.setWindow(WINDOW);
    this.editor.setClasses(options.classes ?? CLASSES);
    this.document = this.open(objects, options.readOnly);
  }

  open(objects: readonly LabelObject[], readOnly = false, history = new History()): ImageDocument {
    this.document = new ImageDocument({ imageId: 1, ...IMAGE, objects, noObject: false });
    this.editor.open({ document: this.document, history, readOnly });
    return this.document;
  }

  get view(): ReturnType<Editor['view']> {
    return this.editor.view();
  }
  get objects(): readonly LabelObject[] {
    return this.document.all();
  }
  get selection(): readonly string[] {
    return [...this.view.selection];
  }
  geometry(id: string): Geometry | undefined {
    return this.document.get(id)?.geometry;
  }

  tool(name: ToolName): this {
    this.editor.tools.choose(name);
    return this;
  }
  act(name: ActionName): this {
    if (!this.actions.run(name)) throw new Error(`${name} is no action of the editor`);
    return this;
  }
  /** `Ctrl+KeyZ`, as the page would find its action. */
  key(chord: string): this {
    const parts = chord.split('+');
    const action = actionOf(this.keymap, { code: parts.at(-1) ?? '', ctrlKey: parts.includes('Ctrl'), metaKey: false, altKey: parts.includes('Alt'), shiftKey: parts.includes('Shift') });
    if (action === null) throw new Error(`${chord} (${chordOf({ code: chord, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false })}) has no action`);
    return this.act(action);
  }

  down(at: Point, held: Held = {}): this {
    this.editor.tools.pointerDown(this.input(at, held));
    return this;
  }
  move(at: Point, held: Held = {}): this {
    this.editor.tools.pointerMove(this.input(at, held));
    return this;
  }
  up(at: Point, held: Held = {}): this {
    this.editor.tools.pointerUp(this.input(at, held));
    return this;
  }
  click(at: Point, held: Held = {}): this {
    return this.move(at, held).down(at, held).up(at, held);
  }
  doubleClick(at: Point): this {
    this.click(at).click(at);
    this.editor.tools.doubleClick(this.input(at, {}));
    return this;
  }
  drag(from: Point, to: Point, held: Held = {}): this {
    const half = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
    return this.move(from, held).down(from, held).move(half, held).move(to, held).up(to, held);
  }

  private input(at: Point, held: Held): PointerInput {
    return { screen: this.editor.viewport.toScreen(at), pointerId: 1, type: 'mouse', button: 0, shift: false, alt: false, mod: false, pressure: 0.5, coalesced: [], ...held };
  }
}
