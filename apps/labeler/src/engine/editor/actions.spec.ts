import { describe, expect, it } from 'vitest';
import { History } from '../model/history.js';
import { objectOf, TestEditor } from '../testing/test-editor.js';
import { ACTIONS, actionOf, chordText, clashesOf, classIndexOf, keymapOf, PRESETS } from '../tools/keymap.js';

const box = (x: number, y: number, width: number, height: number): { readonly kind: 'box'; readonly box: { x: number; y: number; width: number; height: number } } => ({ kind: 'box', box: { x, y, width, height } });
const press = { code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe('what a key does to objects', () => {
  it('copies beside, into another image too, with a new id and nobody else\'s number', () => {
    const editor = new TestEditor([objectOf('a', box(50, 50, 40, 40), { source: 'model', score: 0.5, rest: { number: 3 } })]);
    editor.editor.select(['a']);
    editor.key('Ctrl+KeyC').key('Ctrl+KeyV').key('Ctrl+KeyD');
    expect(editor.geometry('new-1')).toEqual(box(60, 60, 40, 40));
    expect(editor.geometry('new-2')).toEqual(box(70, 70, 40, 40));
    expect(editor.document.get('new-1')).toMatchObject({ source: 'manual', score: null, rest: {} });
    editor.open([]);
    expect(editor.key('Ctrl+KeyV').geometry('new-3')).toEqual(box(60, 60, 40, 40));
  });

  it('repeats the objects of the image before, where they were', () => {
    const editor = new TestEditor([objectOf('a', box(50, 50, 40, 40)), objectOf('b', { kind: 'none' })]);
    editor.actions.rememberPrevious(editor.objects);
    editor.open([]);
    expect(editor.key('KeyR').objects.map((one) => one.geometry)).toEqual([box(50, 50, 40, 40), { kind: 'none' }]);
    expect(editor.key('KeyR').objects).toHaveLength(2);
    expect(editor.key('Ctrl+KeyZ').objects).toEqual([]);
  });

  it('nudges and grows what is selected, and stays in the image', () => {
    const editor = new TestEditor([objectOf('a', box(1, 50, 40, 40))]);
    editor.editor.select(['a']);
    editor.actions.nudge({ x: -1, y: 0 }, true);
    editor.actions.grow({ x: 5, y: -1 });
    expect(editor.geometry('a')).toEqual(box(0, 50, 45, 39));
  });

  it('deletes what is not locked, and walks through the objects', () => {
    const editor = new TestEditor([objectOf('a', box(1, 50, 40, 40)), objectOf('b', box(100, 50, 40, 40))]).key('Tab').key('KeyL').key('Delete');
    expect(editor.objects).toHaveLength(2);
    expect(editor.key('Tab').selection).toEqual(['b']);
    expect(editor.key('Delete').objects.map((one) => one.id)).toEqual(['a']);
    expect(editor.key('Shift+Tab').selection).toEqual(['a']);
  });

  it('gives another class to what is selected', () => {
    const editor = new TestEditor([objectOf('a', box(1, 50, 40, 40))]);
    editor.editor.select(['a']);
    editor.editor.setClass(4);
    expect([editor.document.get('a')?.classId, editor.view.undo]).toEqual([4, 'class']);
    editor.key('KeyL').editor.setClass(0);
    expect([editor.document.get('a')?.classId, editor.view.activeClass?.id], 'locked').toEqual([4, 0]);
  });

  it('leaves the class of what was just drawn when the next one is chosen, and changes it when it was selected', () => {
    const editor = new TestEditor().tool('box').drag({ x: 10, y: 10 }, { x: 50, y: 50 });
    editor.editor.setClass(4);
    editor.drag({ x: 60, y: 10 }, { x: 90, y: 50 });
    expect(editor.objects.map((one) => one.classId)).toEqual([0, 4]);
    editor.editor.select(['new-2']);
    editor.editor.setClass(0);
    expect(editor.objects.map((one) => one.classId)).toEqual([0, 0]);
  });

  it('makes a box in the middle of what is seen, for those without a pointer', () => {
    const editor = new TestEditor().key('Ctrl+Alt+KeyB');
    expect(editor.geometry('new-1')).toMatchObject({ kind: 'box' });
    expect(editor.selection).toEqual(['new-1']);
  });

  it('says that there is nothing, as long as there is nothing', () => {
    const editor = new TestEditor().key('Shift+KeyN');
    expect([editor.view.noObject, editor.told]).toEqual([true, [[]]]);
    expect(editor.tool('box').drag({ x: 1, y: 1 }, { x: 50, y: 50 }).view.noObject).toBe(false);
    expect(editor.key('Shift+KeyN').view.noObject).toBe(false);
  });

  it('classifies by one class, or by several', () => {
    const editor = new TestEditor();
    // As the canvas does: it looks at once.
    editor.editor.subscribe(() => editor.view);
    editor.actions.classify(0, false);
    expect(editor.view.undo).toBe('class');
    editor.actions.classify(4, false);
    expect(editor.objects.map((one) => one.classId)).toEqual([4]);
    editor.actions.classify(0, true);
    expect(editor.objects.map((one) => one.classId)).toEqual([4, 0]);
    editor.actions.classify(4, true);
    expect(editor.objects.map((one) => one.classId)).toEqual([0]);
  });
});

describe('suggestions', () => {
  const suggestions = [
    objectOf('s1', box(100, 100, 50, 50), { source: 'model', score: 0.9, rest: { model: 'm1' } }),
    objectOf('s2', box(200, 100, 50, 50), { source: 'model', score: 0.4 }),
    objectOf('s3', box(52, 50, 40, 40), { source: 'model', score: 0.8 }),
    objectOf('s4', box(52, 50, 40, 40), { source: 'model', score: 0.7, classId: 4 }),
  ];
  const open = (): TestEditor => {
    const editor = new TestEditor([objectOf('mine', box(50, 50, 40, 40))]);
    editor.editor.open({ document: editor.document, history: new History(), suggestions });
    return editor;
  };
  const shown = (editor: TestEditor): readonly string[] => editor.view.suggestions.map((one) => one.id);

  it('are shown from a score on, the surest first, and not where a person said the same', () => {
    const editor = open();
    expect(shown(editor)).toEqual(['s1', 's4', 's2']);
    expect(editor.view.openSuggestions).toBe(4);
    editor.editor.suggestions.threshold = 0.5;
    expect(shown(editor)).toEqual(['s1', 's4']);
    expect(editor.view.openSuggestions).toBe(4);
    expect(editor.objects).toHaveLength(1);
  });

  it('become a person\'s by Y, go by N, and all at once are one step', () => {
    const editor = open().key('KeyY');
    expect(editor.document.get('s1')).toMatchObject({ source: 'manual', score: 0.9, rest: { model: 'm1' } });
    expect(shown(editor.key('KeyN'))).toEqual(['s2']);
    const all = open().key('Shift+KeyY');
    expect(all.objects).toHaveLength(4);
    expect(all.key('Ctrl+KeyZ').objects).toHaveLength(1);
  });

  it('are one where an image has one label, and none where a person gave it', () => {
    const whole = ['a', 'b'].map((id, index) => objectOf(id, { kind: 'none' }, { source: 'model', score: 0.9 - index / 10, classId: index }));
    const editor = new TestEditor([]);
    editor.editor.open({ document: editor.document, history: new History(), suggestions: whole });
    editor.editor.suggestions.exclusive = true;
    expect(shown(editor)).toEqual(['a', 'b']);
    expect(editor.key('Shift+KeyY').objects.map((one) => one.id)).toEqual(['a']);
    expect(shown(editor)).toEqual([]);
  });
});

describe('an image that is left and opened again', () => {
  it('can still be undone', () => {
    const history = new History();
    const editor = new TestEditor();
    const first = editor.open([], false, history);
    editor.tool('box').drag({ x: 10, y: 10 }, { x: 50, y: 50 });
    editor.open([]);
    expect(editor.view.undo).toBeNull();
    editor.document = first;
    editor.editor.open({ document: first, history });
    expect(editor.view.tool).toBe('box');
    expect(editor.key('Ctrl+KeyZ').objects).toEqual([]);
  });

  it('takes over a merge without telling it as a change of this person', () => {
    const editor = new TestEditor([objectOf('a', box(1, 1, 9, 9))]);
    editor.editor.select(['a']);
    editor.editor.merge([objectOf('b', box(2, 2, 9, 9))], false);
    expect([editor.objects.map((one) => one.id), editor.selection, editor.told]).toEqual([['b'], [], []]);
    expect(editor.click({ x: 5, y: 5 }).selection).toEqual(['b']);
  });
});

describe('the keys', () => {
  it.each(PRESETS)('have one meaning each in the preset %s, and every action has one', (preset) => {
    const keymap = keymapOf(preset);
    expect(clashesOf(keymap)).toEqual([]);
    expect(ACTIONS.filter((action) => keymap[action].length === 0)).toEqual([]);
  });

  it('can be changed, and what then stands for two is told', () => {
    const keymap = keymapOf('default', { hide: ['KeyL'] });
    expect(clashesOf(keymap)).toEqual([['KeyL', ['hide', 'lock']]]);
  });

  it('are found by place, and Command is Ctrl', () => {
    const keymap = keymapOf('default');
    expect(actionOf(keymap, { ...press, code: 'KeyZ', metaKey: true })).toBe('undo');
    expect(actionOf(keymap, { ...press, code: 'KeyZ', ctrlKey: true, shiftKey: true })).toBe('redo');
    expect(actionOf(keymap, { ...press, code: 'KeyZ' })).toBeNull();
  });

  it('1 to 0 are the first ten classes; with Ctrl in the preset of CVAT', () => {
    expect([classIndexOf({ ...press, code: 'Digit1' }, 'default'), classIndexOf({ ...press, code: 'Digit0' }, 'default'), classIndexOf({ ...press, code: 'Digit1', shiftKey: true }, 'default')]).toEqual([0, 9, null]);
    expect([classIndexOf({ ...press, code: 'Digit1' }, 'cvat'), classIndexOf({ ...press, code: 'Digit2', ctrlKey: true }, 'cvat')]).toEqual([null, 1]);
  });

  it('are written as they are printed', () => {
    expect([chordText('Ctrl+Shift+KeyZ'), chordText('BracketLeft'), chordText('ArrowRight')]).toEqual(['Ctrl + Shift + Z', '[', '→']);
  });
});
