/** Everything that a key can do in the labeler: the editor's actions and the page's. */
export const ACTIONS = [
  'previous-image',
  'next-image',
  'next-unlabeled',
  'tool-select',
  'tool-box',
  'tool-polygon',
  'tool-keypoints',
  'tool-brush',
  'tool-eraser',
  'tool-fill',
  'pick-class',
  'finish',
  'cancel',
  'skip-point',
  'undo',
  'redo',
  'delete',
  'copy',
  'paste',
  'duplicate',
  'repeat',
  'select-all',
  'hide',
  'show-all',
  'lock',
  'hide-all',
  'next-object',
  'previous-object',
  'new-box',
  'brush-smaller',
  'brush-larger',
  'zoom-in',
  'zoom-out',
  'zoom-fit',
  'zoom-actual',
  'accept',
  'reject',
  'accept-all',
  'nothing',
  'submit',
  'save',
  'help',
] as const;
export type ActionName = (typeof ACTIONS)[number];

/** `Ctrl+Shift+KeyZ`: modifiers in this order, then the physical key (`event.code`), which is the same place on a Korean keyboard. */
export type Chord = string;
export type Keymap = Readonly<Record<ActionName, readonly Chord[]>>;
export const PRESETS = ['default', 'cvat', 'labelme'] as const;
export type PresetName = (typeof PRESETS)[number];

const DEFAULT: Keymap = {
  'previous-image': ['KeyA', 'ArrowLeft'],
  'next-image': ['KeyD', 'ArrowRight'],
  'next-unlabeled': ['Shift+KeyD'],
  'tool-select': ['KeyV'],
  'tool-box': ['KeyB'],
  'tool-polygon': ['KeyP'],
  'tool-keypoints': ['KeyK'],
  'tool-brush': ['KeyS'],
  'tool-eraser': ['KeyE'],
  'tool-fill': ['KeyG'],
  'pick-class': ['KeyC'],
  finish: ['Enter'],
  cancel: ['Escape'],
  'skip-point': ['KeyX'],
  undo: ['Ctrl+KeyZ'],
  redo: ['Ctrl+Shift+KeyZ', 'Ctrl+KeyY'],
  delete: ['Delete', 'Backspace'],
  copy: ['Ctrl+KeyC'],
  paste: ['Ctrl+KeyV'],
  duplicate: ['Ctrl+KeyD'],
  repeat: ['KeyR'],
  'select-all': ['Ctrl+KeyA'],
  hide: ['KeyH'],
  'show-all': ['Alt+KeyH'],
  lock: ['KeyL'],
  'hide-all': ['Shift+KeyH'],
  'next-object': ['Tab'],
  'previous-object': ['Shift+Tab'],
  'new-box': ['Ctrl+Alt+KeyB'],
  'brush-smaller': ['BracketLeft'],
  'brush-larger': ['BracketRight'],
  'zoom-in': ['Equal', 'Shift+Equal', 'NumpadAdd'],
  'zoom-out': ['Minus', 'NumpadSubtract'],
  'zoom-fit': ['KeyF'],
  'zoom-actual': ['Shift+Digit0'],
  accept: ['KeyY'],
  reject: ['KeyN'],
  'accept-all': ['Shift+KeyY'],
  nothing: ['Shift+KeyN'],
  submit: ['Ctrl+Enter'],
  save: ['Ctrl+KeyS'],
  help: ['Shift+Slash', 'F1'],
};

/** For hands that learned another tool; what it leaves out is as in the default. */
const CHANGES: Readonly<Record<PresetName, Readonly<Partial<Keymap>>>> = {
  default: {},
  // D and F lead through the frames there; N begins a shape, and class keys need Ctrl.
  cvat: { 'previous-image': ['KeyD', 'ArrowLeft'], 'next-image': ['KeyF', 'ArrowRight'], 'next-unlabeled': ['Shift+KeyF'], 'zoom-fit': ['Backquote'], 'tool-box': ['KeyN', 'KeyB'], reject: ['Alt+KeyN'], duplicate: ['Ctrl+KeyB'] },
  // Rectangles and polygons begin with Ctrl there.
  labelme: { 'tool-box': ['Ctrl+KeyR', 'KeyB'], 'tool-polygon': ['Ctrl+KeyN', 'KeyP'], 'tool-select': ['Ctrl+KeyJ', 'KeyV'], 'zoom-fit': ['Ctrl+KeyF', 'KeyF'], 'zoom-actual': ['Ctrl+Digit0', 'Shift+Digit0'] },
};

/** A preset with somebody's own changes over it. */
export function keymapOf(preset: PresetName, own: Readonly<Partial<Keymap>> = {}): Keymap {
  return { ...DEFAULT, ...CHANGES[preset], ...own };
}

export interface KeyPress {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export const isModifier = (code: string): boolean => /^(Control|Shift|Alt|Meta)(Left|Right)$/.test(code);

/** Command counts as Ctrl. */
export function chordOf({ code, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): Chord {
  return `${ctrlKey || metaKey ? 'Ctrl+' : ''}${altKey ? 'Alt+' : ''}${shiftKey ? 'Shift+' : ''}${code}`;
}

export function actionOf(keymap: Keymap, press: KeyPress): ActionName | null {
  const chord = chordOf(press);
  return ACTIONS.find((action) => keymap[action].includes(chord)) ?? null;
}

/** Chords that stand for two actions: in a preset a mistake, in somebody's own map what he has to be told. */
export function clashesOf(keymap: Keymap): readonly (readonly [Chord, readonly ActionName[]])[] {
  const byChord = new Map<Chord, ActionName[]>();
  for (const action of ACTIONS) for (const chord of keymap[action]) byChord.set(chord, [...(byChord.get(chord) ?? []), action]);
  return [...byChord].filter(([, actions]) => actions.length > 1);
}

/** The keys 1 to 9 and 0 choose the first ten classes; null for any other key. */
export function classIndexOf({ code, ctrlKey, metaKey, altKey, shiftKey }: KeyPress, preset: PresetName): number | null {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  const wantsCtrl = preset === 'cvat';
  if (digit === undefined || altKey || shiftKey || (ctrlKey || metaKey) !== wantsCtrl) return null;
  return (Number(digit) + 9) % 10;
}

/** A chord as it is printed on keys: `Ctrl + Shift + Z`. */
export function chordText(chord: Chord): string {
  return chord
    .split('+')
    .map((part) => NAMES[part] ?? part.replace(/^(Key|Digit)/, '').replace(/^Numpad/, 'Num '))
    .join(' + ');
}
const NAMES: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', BracketLeft: '[', BracketRight: ']', Equal: '=', Minus: '−', Slash: '/', Escape: 'Esc', Delete: 'Del', Backspace: '⌫', Backquote: '`', NumpadAdd: 'Num +', NumpadSubtract: 'Num −' };
