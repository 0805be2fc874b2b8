import { describe, expect, it } from 'vitest';
import type { Point } from '../model/geometry.js';
import { objectOf, TestEditor } from '../testing/test-editor.js';

const at = (x: number, y: number): Point => ({ x, y });
const box = (x: number, y: number, width: number, height: number): { readonly kind: 'box'; readonly box: { x: number; y: number; width: number; height: number } } => ({ kind: 'box', box: { x, y, width, height } });
const near = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, one: unknown) => (typeof one === 'number' ? Math.round(one * 1e6) / 1e6 : one)));
const triangle = { kind: 'polygon' as const, rings: [[100, 100, 200, 100, 100, 200]] };

describe('the box tool', () => {
  it('draws by a drag, in any direction, and has made one step of history', () => {
    const editor = new TestEditor().tool('box').drag(at(100, 50), at(20, 90));
    expect(near(editor.geometry('new-1'))).toEqual(box(20, 50, 80, 40));
    expect([editor.view.undo, editor.selection, editor.view.state]).toEqual(['draw', ['new-1'], 'box.idle']);
    expect(editor.key('Ctrl+KeyZ').objects).toEqual([]);
    expect(editor.key('Ctrl+Shift+KeyZ').objects).toHaveLength(1);
  });

  it('draws by two clicks as well', () => {
    const editor = new TestEditor().tool('box').click(at(10, 10));
    expect(editor.view.state).toBe('box.second-corner');
    expect(near(editor.move(at(60, 30)).view.draft)).toEqual(box(10, 10, 50, 20));
    expect(near(editor.click(at(60, 40)).geometry('new-1'))).toEqual(box(10, 10, 50, 30));
  });

  it.each([0.5, 1, 8])('is where the pointer was at zoom %s', (zoom) => {
    const editor = new TestEditor();
    editor.editor.viewport.actualSize();
    editor.editor.viewport.zoomBy(zoom);
    editor.tool('box').drag(at(190.25, 140.5), at(215.75, 160.125));
    expect(near(editor.geometry('new-1'))).toEqual(box(190.25, 140.5, 25.5, 19.625));
  });

  it('cuts at the edge of the image', () => {
    expect(near(new TestEditor().tool('box').drag(at(380, 280), at(480, 380)).geometry('new-1'))).toEqual(box(380, 280, 20, 20));
  });

  it('takes nothing that is smaller than three pixels of the screen, and Escape ends it', () => {
    const editor = new TestEditor().tool('box').drag(at(10, 10), at(60, 10.2));
    expect([editor.objects.length, editor.view.state]).toEqual([0, 'box.second-corner']);
    expect(editor.key('Escape').view.state).toBe('box.idle');
    editor.down(at(10, 10)).move(at(90, 90)).key('Escape').up(at(90, 90));
    expect(editor.objects).toEqual([]);
  });

  it('does not take hold of what is there, unless Alt borrows the pointer', () => {
    const editor = new TestEditor([objectOf('a', box(50, 50, 100, 100))]).tool('box').drag(at(60, 60), at(90, 90));
    expect(editor.objects).toHaveLength(2);
    editor.drag(at(140, 140), at(150, 145), { alt: true });
    expect(near(editor.geometry('a'))).toEqual(box(60, 55, 100, 100));
    expect(editor.view.tool).toBe('box');
  });

  it('asks for a class where none is chosen, and for nothing where one may only look', () => {
    const bare = new TestEditor([], { classes: [] }).tool('box').drag(at(1, 1), at(50, 50));
    expect([bare.objects.length, bare.classWanted]).toEqual([0, 1]);
    const reader = new TestEditor([objectOf('a', box(50, 50, 100, 100))], { readOnly: true }).tool('box').drag(at(200, 200), at(250, 250)).click(at(60, 60)).act('delete');
    expect([reader.view.tool, reader.objects.length, reader.selection]).toEqual(['select', 1, ['a']]);
  });
});

describe('the polygon tool', () => {
  it('closes at the first point, with Enter, and by a double click', () => {
    const drawn = (end: (editor: TestEditor) => void): unknown => {
      const editor = new TestEditor().tool('polygon').click(at(10, 10)).click(at(60, 10)).click(at(60, 60));
      end(editor);
      return near(editor.geometry('new-1'));
    };
    const triangleDrawn = { kind: 'polygon', rings: [[10, 10, 60, 10, 60, 60]] };
    expect(drawn((editor) => editor.click(at(11, 11)))).toEqual(triangleDrawn);
    expect(drawn((editor) => editor.key('Enter'))).toEqual(triangleDrawn);
    expect(drawn((editor) => editor.doubleClick(at(20, 60)))).toEqual({ kind: 'polygon', rings: [[10, 10, 60, 10, 60, 60, 20, 60]] });
  });

  it('shows where it would close, and takes the last point back by Backspace or the right button', () => {
    const editor = new TestEditor().tool('polygon').click(at(10, 10)).click(at(60, 10)).click(at(60, 60)).move(at(12, 10));
    expect(editor.view.draft).toMatchObject({ closing: true });
    editor.key('Backspace').click(at(70, 70), { button: 2 });
    expect(editor.view.draft).toMatchObject({ points: [at(10, 10)] });
    expect(editor.key('Ctrl+KeyZ').view.state).toBe('polygon.idle');
  });

  it('does not close what has no area, and Enter leaves it as it is', () => {
    const editor = new TestEditor().tool('polygon').click(at(10, 10)).click(at(60, 10)).key('Enter');
    expect([editor.objects.length, editor.view.state]).toEqual([0, 'polygon.drawing']);
  });

  it('follows the pointer with Shift, with fewer points than were seen', () => {
    const editor = new TestEditor().tool('polygon').down(at(100, 100), { shift: true });
    for (let angle = 0; angle < 360; angle += 2) editor.move(at(150 - 50 * Math.cos((angle * Math.PI) / 180), 100 + 50 * Math.sin((angle * Math.PI) / 180)), { shift: true });
    editor.up(at(100, 100), { shift: true });
    const drawn = editor.geometry('new-1');
    expect(drawn?.kind === 'polygon' ? (drawn.rings[0]?.length ?? 0) / 2 : 0).toBeGreaterThan(8);
    expect(drawn?.kind === 'polygon' ? (drawn.rings[0]?.length ?? 0) / 2 : 999).toBeLessThan(60);
  });

  it('adds a part to the selected polygon with Ctrl', () => {
    const editor = new TestEditor([objectOf('a', triangle)]).click(at(120, 120)).tool('polygon');
    editor.click(at(10, 10), { mod: true }).click(at(40, 10)).click(at(40, 40)).key('Enter');
    expect(near(editor.geometry('a'))).toEqual({ kind: 'polygon', rings: [[100, 100, 200, 100, 100, 200], [10, 10, 40, 10, 40, 40]] });
    expect(editor.objects).toHaveLength(1);
  });
});

describe('the keypoint tool', () => {
  it('goes through the points of the class; Shift hides one, and one is absent by X', () => {
    const editor = new TestEditor().tool('keypoints').click(at(100, 100));
    expect(editor.view.draft).toMatchObject({ next: 'tail' });
    editor.key('KeyX').click(at(150, 180), { shift: true });
    expect(editor.geometry('new-1')).toMatchObject({ kind: 'keypoints', points: [{ x: 100, y: 100, v: 2 }, { x: 0, y: 0, v: 0 }, { x: 150, y: 180, v: 1 }], box: { x: 96, width: 58 } });
  });

  it('ends early with Enter, goes back by Backspace, and needs a class with points', () => {
    const editor = new TestEditor().tool('keypoints').click(at(100, 100)).click(at(120, 120)).key('Backspace').key('Enter');
    expect(editor.geometry('new-1')).toMatchObject({ points: [{ v: 2 }, { v: 0 }, { v: 0 }] });
    editor.editor.select([]);
    editor.editor.setClass(4);
    expect(editor.click(at(10, 10)).classWanted).toBe(1);
  });

  it('does not end with every point absent', () => {
    const editor = new TestEditor().tool('keypoints').click(at(9, 9)).key('Escape').click(at(9, 9)).key('Backspace');
    expect([editor.view.state, editor.objects.length]).toEqual(['keypoints.idle', 0]);
  });
});

describe('the select tool', () => {
  const two = () => [objectOf('large', box(50, 50, 200, 200)), objectOf('small', box(100, 100, 30, 30), { classId: 4 })];

  it('takes the smallest, and with Alt the next below', () => {
    const editor = new TestEditor(two()).click(at(110, 110));
    expect([editor.selection, editor.view.activeClass?.id]).toEqual([['small'], 4]);
    expect(editor.click(at(110, 110), { alt: true }).selection).toEqual(['large']);
    expect(editor.click(at(110, 110), { alt: true }).selection).toEqual(['small']);
    expect(editor.click(at(20, 20)).selection).toEqual([]);
  });

  it('adds and takes away with Shift, and by a frame', () => {
    const editor = new TestEditor(two()).click(at(110, 110)).click(at(60, 60), { shift: true });
    expect(new Set(editor.selection)).toEqual(new Set(['small', 'large']));
    expect(editor.click(at(110, 110), { shift: true }).selection).toEqual(['large']);
    expect(new Set(editor.drag(at(5, 5), at(300, 280)).selection)).toEqual(new Set(['small', 'large']));
    expect(editor.drag(at(280, 5), at(290, 10)).selection).toEqual([]);
  });

  it('moves what is selected, as far as the image goes, in one step; a click of a shaking hand moves nothing', () => {
    const editor = new TestEditor(two()).click(at(110, 110)).drag(at(110, 110), at(120, 100));
    expect(near(editor.geometry('small'))).toEqual(box(110, 90, 30, 30));
    editor.drag(at(120, 100), at(-500, 100));
    expect(near(editor.geometry('small'))).toEqual(box(0, 90, 30, 30));
    editor.key('Ctrl+KeyZ').key('Ctrl+KeyZ');
    expect(near(editor.geometry('small'))).toEqual(box(100, 100, 30, 30));
    const before = editor.told.length;
    editor.drag(at(110, 110), at(110.4, 110.4));
    expect(editor.told).toHaveLength(before);
  });

  it('leaves everything as it was when a move is broken off', () => {
    const editor = new TestEditor(two()).down(at(110, 110)).move(at(150, 150));
    expect(near(editor.view.objects[1]?.geometry)).toEqual(box(140, 140, 30, 30));
    expect(near(editor.key('Escape').view.objects[1]?.geometry)).toEqual(box(100, 100, 30, 30));
    expect(editor.view.undo).toBeNull();
  });

  it('resizes by a handle from where it was taken, also through itself', () => {
    const editor = new TestEditor([objectOf('a', box(100, 100, 60, 40))]).click(at(120, 120)).drag(at(161, 141), at(171, 161));
    expect(near(editor.geometry('a'))).toEqual(box(100, 100, 70, 60));
    editor.drag(at(100, 130), at(220, 130));
    expect(near(editor.geometry('a'))).toEqual(box(170, 100, 50, 60));
    editor.drag(at(170, 130), at(220, 130));
    expect(near(editor.geometry('a')), 'pressed flat').toEqual(box(170, 100, 50, 60));
  });

  it('moves a vertex, makes one in an edge, and takes one out with Shift', () => {
    const editor = new TestEditor([objectOf('a', triangle)]).click(at(120, 120)).drag(at(200, 100), at(220, 90));
    expect(near(editor.geometry('a'))).toEqual({ kind: 'polygon', rings: [[100, 100, 220, 90, 100, 200]] });
    editor.drag(at(100, 150), at(80, 150));
    expect(near(editor.geometry('a'))).toEqual({ kind: 'polygon', rings: [[100, 100, 220, 90, 100, 200, 80, 150]] });
    editor.click(at(220, 90), { shift: true });
    expect(near(editor.geometry('a'))).toEqual({ kind: 'polygon', rings: [[100, 100, 100, 200, 80, 150]] });
    editor.click(at(100, 100), { shift: true });
    expect(editor.objects).toEqual([]);
  });

  it('moves a keypoint, and Shift hides it', () => {
    const pose = { kind: 'keypoints' as const, box: { x: 50, y: 50, width: 100, height: 100 }, points: [{ x: 80, y: 80, v: 2 as const }, { x: 0, y: 0, v: 0 as const }] };
    const editor = new TestEditor([objectOf('a', pose)]).click(at(100, 100)).drag(at(80, 80), at(90, 160)).click(at(90, 160), { shift: true });
    expect(near(editor.geometry('a'))).toEqual({ kind: 'keypoints', box: { x: 50, y: 50, width: 100, height: 110 }, points: [{ x: 90, y: 160, v: 1 }, { x: 0, y: 0, v: 0 }] });
  });

  it('passes over what is hidden or locked', () => {
    const editor = new TestEditor(two()).click(at(110, 110)).key('KeyH').click(at(110, 110));
    expect(editor.selection).toEqual(['large']);
    editor.key('KeyL').click(at(60, 60));
    expect(editor.selection).toEqual([]);
    editor.key('Alt+KeyH').click(at(110, 110));
    expect(editor.selection).toEqual(['small']);
    expect(editor.key('Shift+KeyH').click(at(110, 110)).selection).toEqual([]);
  });
});

describe('the pointer', () => {
  it('pans with the middle button, the right one and Space, and draws nothing then', () => {
    const editor = new TestEditor().tool('box');
    const before = editor.editor.viewport.offset;
    editor.down(at(100, 100), { button: 1 });
    const screen = editor.editor.viewport.toScreen(at(100, 100));
    editor.editor.tools.pointerMove({ screen: { x: screen.x + 30, y: screen.y + 10 }, pointerId: 1, type: 'mouse', button: 1, shift: false, alt: false, mod: false, pressure: 0.5, coalesced: [] });
    expect(editor.editor.viewport.offset).toEqual({ x: before.x + 30, y: before.y + 10 });
    editor.up(at(100, 100), { button: 1 });
    editor.editor.tools.navigation.spaceHeld = true;
    editor.drag(at(100, 100), at(150, 150));
    expect([editor.objects.length, editor.view.state]).toEqual([0, 'box.idle']);
  });

  it('zooms where it stands', () => {
    const { editor } = new TestEditor();
    const screen = { x: 300, y: 200 };
    const point = editor.viewport.toImage(screen);
    editor.tools.wheel({ screen, deltaX: 0, deltaY: -200, shift: false, mod: false });
    expect(near(editor.viewport.toImage(screen))).toEqual(near(point));
    expect(editor.viewport.scale).toBeGreaterThan(2.5);
  });

  it('pinches with two fingers, breaks off what one of them began, and draws with one', () => {
    const editor = new TestEditor().tool('box').down(at(100, 100), { type: 'touch' }).move(at(150, 150), { type: 'touch' });
    const { scale } = editor.editor.viewport;
    editor.down(at(200, 200), { type: 'touch', pointerId: 2 });
    expect(editor.view.state).toBe('box.idle');
    editor.move(at(300, 300), { type: 'touch', pointerId: 2 });
    expect(editor.editor.viewport.scale / scale).toBeGreaterThan(2);
    editor.up(at(0, 0), { type: 'touch' }).up(at(0, 0), { type: 'touch', pointerId: 2 });
    editor.editor.viewport.fit();
    expect(editor.drag(at(20, 20), at(60, 60), { type: 'touch' }).objects).toHaveLength(1);
  });

  it('is for the view where a finger comes after a pen', () => {
    const editor = new TestEditor().tool('box').drag(at(20, 20), at(60, 60), { type: 'pen' });
    expect(editor.objects).toHaveLength(1);
    expect(editor.drag(at(80, 80), at(160, 160), { type: 'touch' }).objects).toHaveLength(1);
  });

  it('that is taken away leaves nothing half drawn', () => {
    const editor = new TestEditor().tool('box').down(at(20, 20)).move(at(90, 90));
    editor.editor.tools.pointerCancel(1);
    expect([editor.view.state, editor.objects.length]).toEqual(['box.idle', 0]);
  });
});
