import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from './change.js';
import { History } from './history.js';
import { ImageDocument } from './image-document.js';
import type { LabelObject } from './label-object.js';

const object = (id: string, classId = 0): LabelObject => ({ id, classId, geometry: { kind: 'box', box: { x: 1, y: 2, width: 3, height: 4 } }, attributes: {}, source: 'manual', score: null, rest: {} });
const open = (...ids: string[]): ImageDocument => new ImageDocument({ imageId: 1, width: 100, height: 80, objects: ids.map((id) => object(id)), noObject: false });
const shown = (document: ImageDocument): Map<string, number> => new Map(document.all().map((one) => [one.id, one.classId]));
const change = (document: ImageDocument, id: string, classId: number | null): Change => ({ id, before: document.get(id) ?? null, after: classId === null ? null : object(id, classId) });

type Command = { readonly kind: 'edit'; readonly id: string; readonly classId: number | null } | { readonly kind: 'undo' } | { readonly kind: 'redo' };
const id = fc.constantFrom('a', 'b', 'c', 'd');
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('edit' as const), id, classId: fc.option(fc.nat(3)) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'undo' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'redo' as const }) },
);

describe('the history of an image', () => {
  it('leads back to the begin and forward to the end, through any run of edits, undos and redos', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const [document, history] = [open('a', 'b'), new History()];
        const start = shown(document);
        for (const one of commands) {
          if (one.kind === 'undo') history.undo(document);
          else if (one.kind === 'redo') history.redo(document);
          else history.do(document, 'draw', [change(document, one.id, one.classId)]);
        }
        while (history.redoLabel !== null) history.redo(document);
        const end = shown(document);
        while (history.undoLabel !== null) history.undo(document);
        expect(shown(document)).toEqual(start);
        while (history.redoLabel !== null) history.redo(document);
        expect(shown(document)).toEqual(end);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes back what one did oneself only, and skips a step of which nothing is left', () => {
    const [document, history] = [open('a', 'b'), new History()];
    history.do(document, 'move', [change(document, 'a', 1), change(document, 'b', 1)]);
    history.do(document, 'class', [change(document, 'a', 2)]);
    // Somebody else: b is gone, a is of class 3.
    document.replace([object('a', 3)], false);
    history.undo(document);
    expect(shown(document)).toEqual(new Map([['a', 3]]));
    expect(history.undoLabel).toBeNull();
  });

  it('forgets what was undone once something new is done, and does not count what changes nothing', () => {
    const [document, history] = [open('a'), new History()];
    history.do(document, 'move', [change(document, 'a', 1)]);
    history.undo(document);
    expect(history.do(document, 'class', [change(document, 'a', 0)])).toEqual([]);
    expect(history.redoLabel).toBe('move');
    history.do(document, 'resize', [change(document, 'a', 2)]);
    expect([history.redoLabel, history.undoLabel]).toEqual([null, 'resize']);
  });
});

describe('the labels on the screen', () => {
  it('are empty on purpose only as long as there is none', () => {
    const document = open();
    document.setNoObject(true);
    expect(document.noObject).toBe(true);
    document.apply([{ id: 'x', before: null, after: object('x') }]);
    expect(document.noObject).toBe(false);
  });

  it('tell what changed, also by a merge, and tell nothing where it is the same', () => {
    const document = open('a', 'b');
    const told: (readonly Change[])[] = [];
    document.subscribe((changes) => told.push(changes));
    expect(document.replace([object('a'), object('b')], false)).toEqual([]);
    document.replace([object('b', 2), object('c')], false);
    expect(told).toHaveLength(1);
    expect(told[0]?.map((one) => [one.id, one.before?.classId, one.after?.classId])).toEqual([
      ['a', 0, undefined],
      ['b', 0, 2],
      ['c', undefined, 0],
    ]);
  });

  it('do not change where what is there is not what was expected', () => {
    const document = open('a');
    expect(document.apply([{ id: 'a', before: object('a', 5), after: null }])).toEqual([]);
    expect(document.apply([{ id: 'z', before: null, after: null }])).toEqual([]);
    expect(document.all()).toHaveLength(1);
  });
});
