import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOf, type LabelObject } from '../model/label-object.js';
import type { Point } from '../model/geometry.js';
import { objectOf, TestEditor } from '../testing/test-editor.js';

const at = (x: number, y: number): Point => ({ x, y });
const box = (x: number, y: number, width: number, height: number): { readonly kind: 'box'; readonly box: { x: number; y: number; width: number; height: number } } => ({ kind: 'box', box: { x, y, width, height } });
const triangle = { kind: 'polygon' as const, rings: [[100, 100, 200, 100, 100, 200]] };
const pose = { kind: 'keypoints' as const, box: { x: 250, y: 50, width: 60, height: 60 }, points: [{ x: 260, y: 60, v: 2 as const }, { x: 0, y: 0, v: 0 as const }, { x: 300, y: 90, v: 1 as const }] };
const rounded = (editor: TestEditor, id: string): unknown => JSON.parse(JSON.stringify(editor.geometry(id), (_, one: unknown) => (typeof one === 'number' ? Math.round(one * 1e6) / 1e6 : one)));

describe('a gesture that somebody else meets', () => {
  it('keeps the move, and the class that a merge brought on the way', () => {
    const editor = new TestEditor([objectOf('a', box(50, 50, 40, 40))]).click(at(60, 60)).down(at(60, 60)).move(at(80, 60));
    editor.editor.merge([objectOf('a', box(50, 50, 40, 40), { classId: 4 })], false);
    editor.up(at(80, 60));
    expect([rounded(editor, 'a'), editor.document.get('a')?.classId]).toEqual([box(70, 50, 40, 40), 4]);
  });

  it('keeps a resize in the same way, and makes nothing of an object that is gone', () => {
    const editor = new TestEditor([objectOf('a', box(50, 50, 40, 40))]).click(at(60, 60)).down(at(90, 90)).move(at(100, 120));
    editor.editor.merge([objectOf('a', box(50, 50, 40, 40), { classId: 4 })], false);
    expect([rounded(editor.up(at(100, 120)), 'a'), editor.document.get('a')?.classId]).toEqual([box(50, 50, 50, 70), 4]);
    editor.down(at(100, 120)).move(at(120, 130));
    editor.editor.merge([], false);
    expect(editor.up(at(120, 130)).objects).toEqual([]);
  });
});

describe('what is locked', () => {
  it('is neither resized by its handles nor taken along', () => {
    const editor = new TestEditor([objectOf('a', box(50, 50, 40, 40)), objectOf('b', box(150, 50, 40, 40))]).click(at(60, 60)).key('KeyL').drag(at(90, 90), at(120, 120));
    expect(editor.geometry('a')).toEqual(box(50, 50, 40, 40));
    editor.editor.select(['a', 'b']);
    editor.drag(at(170, 70), at(180, 80));
    expect([editor.geometry('a'), rounded(editor, 'b')]).toEqual([box(50, 50, 40, 40), box(160, 60, 40, 40)]);
  });
});

describe('several pointers', () => {
  it('are the pen alone while it draws: the hand on the glass neither pans nor breaks off', () => {
    const editor = new TestEditor().tool('box').down(at(20, 20), { type: 'pen' }).move(at(60, 60), { type: 'pen' });
    const { offset } = editor.editor.viewport;
    editor.down(at(200, 200), { type: 'touch', pointerId: 9 }).move(at(260, 220), { type: 'touch', pointerId: 9 }).up(at(260, 220), { type: 'touch', pointerId: 9 });
    expect([editor.editor.viewport.offset, editor.view.state]).toEqual([offset, 'box.dragging']);
    expect(rounded(editor.move(at(80, 70), { type: 'pen' }).up(at(80, 70), { type: 'pen' }), 'new-1')).toEqual(box(20, 20, 60, 50));
  });

  it('take back one corner of a polygon, and not all of it, where two fingers were meant to zoom', () => {
    const finger = { type: 'touch' as const };
    const editor = new TestEditor().tool('polygon').click(at(10, 10), finger).click(at(60, 10), finger).down(at(60, 60), finger);
    editor.down(at(200, 200), { ...finger, pointerId: 2 });
    expect(editor.view.draft).toMatchObject({ points: [at(10, 10), { x: expect.closeTo(60, 6), y: 10 }] });
  });

  it('end a drag with whichever button was released last', () => {
    expect(new TestEditor().tool('box').down(at(20, 20)).move(at(90, 90)).up(at(90, 90), { button: 2 }).objects).toHaveLength(1);
  });

  it('leave alone what another one draws when the system takes one away', () => {
    const editor = new TestEditor().tool('polygon').click(at(10, 10)).click(at(60, 10));
    editor.editor.tools.pointerCancel(7);
    expect(editor.view.draft).toMatchObject({ points: [at(10, 10), { x: expect.closeTo(60, 6), y: 10 }] });
  });
});

describe('the select tool on loan', () => {
  it('gives back what it moved on Escape, and the drawing tool stays', () => {
    const editor = new TestEditor([objectOf('a', box(50, 50, 100, 100))]).tool('box').down(at(60, 60), { alt: true }).move(at(90, 90), { alt: true });
    expect(editor.view.state).toBe('select.moving');
    editor.key('Escape').move(at(120, 120)).up(at(120, 120));
    expect([editor.view.state, editor.view.objects[0]?.geometry, editor.objects.length]).toEqual(['box.idle', box(50, 50, 100, 100), 1]);
  });
});

describe('a double click', () => {
  it('at the first corner closes, and begins no other polygon', () => {
    const editor = new TestEditor().tool('polygon').click(at(10, 10)).click(at(60, 10)).click(at(60, 60)).doubleClick(at(10, 10));
    expect([editor.view.state, editor.objects.length]).toEqual(['polygon.idle', 1]);
  });
});

describe('any hand', () => {
  const place = fc.record({ x: fc.integer({ min: -30, max: 430 }), y: fc.integer({ min: -30, max: 330 }) });
  const held = fc.record({ shift: fc.boolean(), alt: fc.boolean(), mod: fc.boolean() });
  const keys = ['KeyV', 'KeyB', 'KeyP', 'KeyK', 'Enter', 'Escape', 'KeyX', 'Ctrl+KeyZ', 'Ctrl+Shift+KeyZ', 'Delete', 'Ctrl+KeyC', 'Ctrl+KeyV', 'Ctrl+KeyD', 'KeyH', 'Alt+KeyH', 'KeyL', 'Tab', 'Ctrl+KeyA', 'Ctrl+Alt+KeyB', 'Equal', 'KeyF'];
  const deed = fc.oneof(
    fc.tuple(fc.constantFrom('down', 'move', 'up', 'move', 'up'), place, held).map(([kind, point, how]) => (editor: TestEditor) => editor[kind](point, how)),
    fc.tuple(place, place, held).map(([from, to, how]) => (editor: TestEditor) => editor.drag(from, to, how)),
    place.map((point) => (editor: TestEditor) => editor.click(point)),
    place.map((point) => (editor: TestEditor) => editor.doubleClick(point)),
    fc.constantFrom(...keys).map((key) => (editor: TestEditor) => editor.key(key)),
    fc.tuple(fc.integer({ min: -9, max: 9 }), fc.boolean()).map(([by, grows]) => (editor: TestEditor) => (grows ? editor.actions.grow(at(by, by)) : editor.actions.nudge(at(by, -by), true))),
    fc.constantFrom(0, 4).map((id) => (editor: TestEditor) => editor.editor.setClass(id)),
  );
  const start = (): readonly LabelObject[] => [objectOf('a', box(50, 50, 40, 40)), objectOf('b', triangle), objectOf('c', pose), objectOf('d', { kind: 'none' })];

  it('makes only what the format takes, and can undo all of it', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
        const editor = new TestEditor(start());
        for (const one of deeds) one(editor);
        for (const one of editor.objects) expect(faultOf(one), JSON.stringify(one)).toBeNull();
        editor.key('Escape').key('Escape');
        expect(editor.view.draft).toBeNull();
        const end = byId(editor.objects);
        let steps = 0;
        for (; editor.view.undo !== null; steps += 1) editor.editor.undo();
        expect(byId(editor.objects)).toEqual(byId(start()));
        for (; steps > 0; steps -= 1) editor.editor.redo();
        expect(byId(editor.objects)).toEqual(end);
      }),
      { numRuns: 400 },
    );
  });
});

const byId = (objects: readonly LabelObject[]): ReadonlyMap<string, LabelObject> => new Map(objects.map((one) => [one.id, one]));

/** What the API would refuse. */
function faultOf({ geometry }: LabelObject): string | null {
  const bounds = boundsOf(geometry);
  if (bounds === null) return null;
  const slack = 1e-6;
  if (bounds.width <= 0 || bounds.height <= 0) return 'it has no size';
  if (bounds.x < -slack || bounds.y < -slack || bounds.x + bounds.width > 400 + slack || bounds.y + bounds.height > 300 + slack) return 'it leaves the image';
  if (geometry.kind === 'polygon' && geometry.rings.some((ring) => ring.length < 6 || ring.length % 2 === 1)) return 'a ring is none';
  return geometry.kind === 'keypoints' && geometry.points.length !== 3 ? 'a point is missing' : null;
}
