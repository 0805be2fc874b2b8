import { actionOf, classIndexOf, isModifier, type ActionName, type EditorView, type Keymap, type PresetName } from '../../../engine/index.js';
import type { LabelerSession } from './labeler-session.js';

/** Texts are typed there: no single key may do anything else. */
const TYPING = 'input:not([type="range"]), textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"]';
const ARROWS: Readonly<Record<string, { readonly x: number; readonly y: number }>> = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };

export interface KeyboardOptions {
  readonly keymap: Keymap;
  readonly preset: PresetName;
  /** What the page does itself: image changes, dialogs. True where it knew the action. */
  readonly page: (action: ActionName) => boolean;
  readonly chooseClass: (index: number) => void;
}

/** What a key press in the labeler means. True where it meant something, so that the browser leaves it alone. */
export function pressKey(event: KeyboardEvent, session: LabelerSession, options: KeyboardOptions): boolean {
  // While a Korean syllable is composed, keys belong to the input method.
  if (event.isComposing || event.defaultPrevented || isModifier(event.code) || isTyping(event.target) || movesSlider(event)) return false;
  if (event.code === 'Space') return holdSpace(event, session);
  if (moveSelection(event, session)) return true;
  const index = classIndexOf(event, options.preset);
  if (index !== null) {
    options.chooseClass(index);
    return true;
  }
  const action = actionOf(options.keymap, event);
  if (action === null || !mayRun(action, event, session.editor.view())) return false;
  return options.page(action) || session.actions.run(action);
}

export function releaseKey(event: KeyboardEvent, session: LabelerSession): void {
  if (event.code === 'Space') session.editor.tools.navigation.spaceHeld = false;
}

const isTyping = (target: EventTarget | null): boolean => target instanceof Element && target.closest(TYPING) !== null;
/** A slider has the keys that move it; letters are nothing to it. */
const movesSlider = ({ target, code }: KeyboardEvent): boolean => target instanceof Element && target.closest('input[type="range"]') !== null && !/^(?:Key|Digit)/.test(code);
const isOnCanvas = (target: EventTarget | null): boolean => target instanceof Element && target.closest('[data-labeler-canvas]') !== null;
/** A button or a list that has the focus and its own use for the key. */
const isOnControl = (target: EventTarget | null): boolean => target instanceof Element && target.closest('button, a, [role="option"], [role="slider"], [role="tab"]') !== null;

/** While something is drawn Space ends it; else it makes the pointer pan. */
function holdSpace(event: KeyboardEvent, { editor }: LabelerSession): boolean {
  if (isOnControl(event.target) && !isOnCanvas(event.target)) return false;
  if (!editor.tools.isIdle && !event.repeat) editor.tools.finish();
  else editor.tools.navigation.spaceHeld = true;
  return true;
}

function moveSelection(event: KeyboardEvent, { editor, actions }: LabelerSession): boolean {
  const by = ARROWS[event.code];
  if (by === undefined || event.altKey || editor.view().selection.size === 0) return false;
  if (event.ctrlKey || event.metaKey) actions.grow(by);
  else actions.nudge(by, event.shiftKey);
  return true;
}

/** Some keys have a use of the browser's own that must not be taken where the labeler has none. */
function mayRun(action: ActionName, event: KeyboardEvent, view: EditorView): boolean {
  if (action === 'finish') return !isOnControl(event.target) || isOnCanvas(event.target);
  if (action !== 'next-object' && action !== 'previous-object') return true;
  // Tab walks through the objects while the canvas has the focus, and leaves it behind the last one: nobody is caught.
  const ids = view.objects.map((one) => one.id);
  const edge = action === 'next-object' ? ids.at(-1) : ids[0];
  return isOnCanvas(event.target) && ids.length > 0 && !(edge !== undefined && view.selection.has(edge));
}
