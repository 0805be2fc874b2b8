import { describe, expect, it } from 'vitest';
import { History } from '../model/history.js';
import { layersOfAnnotation } from './mask-values.js';
import { annotationOf, count, labelAt, MaskBench, SIZE } from './testing-bench.js';

describe('painting', () => {
  it('covers what the brush passed over with the chosen class, and the eraser takes it away', async () => {
    const bench = new MaskBench();
    bench.tool('brush').drag({ x: 50, y: 50 }, { x: 150, y: 50 });
    const stroke = await bench.mask();
    expect([labelAt(stroke, 100, 50), labelAt(stroke, 100, 54), labelAt(stroke, 100, 56), layersOfAnnotation(stroke).length]).toEqual([1, 1, 0, 1]);
    bench.editor.setClass(4);
    bench.tool('brush').drag({ x: 100, y: 20 }, { x: 100, y: 80 });
    bench.tool('eraser').click({ x: 60, y: 50 });
    const mask = await bench.mask();
    expect([labelAt(mask, 100, 50), labelAt(mask, 80, 50), labelAt(mask, 60, 50)]).toEqual([5, 1, 0]);
  });

  it('goes through all places that the device told of, and wider where a pen is pressed', async () => {
    const bench = new MaskBench();
    bench.tool('brush').pressed({ x: 100, y: 100 }, 1).pressed({ x: 200, y: 100 }, 0);
    const mask = await bench.mask();
    expect([labelAt(mask, 100, 106), labelAt(mask, 200, 103), labelAt(mask, 200, 101)]).toEqual([1, 0, 1]);
    bench.editor.tools.pointerDown(bench.pen({ x: 10, y: 200 }));
    bench.editor.tools.pointerMove(bench.pen({ x: 30, y: 200 }, { coalesced: [{ x: 20, y: 250 }, { x: 30, y: 200 }].map((one) => bench.editor.viewport.toScreen(one)) }));
    bench.editor.tools.pointerUp(bench.pen({ x: 30, y: 200 }));
    expect(labelAt(await bench.mask(), 20, 249)).toBe(1);
  });

  it('fills what was clicked on, or with Shift up to an outline, and a polygon becomes pixels', async () => {
    const bench = new MaskBench(annotationOf([10, 10, 5]));
    bench.tool('polygon').click({ x: 100, y: 100 }).click({ x: 200, y: 100 }).click({ x: 200, y: 200 }).click({ x: 100, y: 200 }).click({ x: 100, y: 100 });
    expect([count(await bench.mask(), 1), bench.objects]).toEqual([100 * 100, []]);
    bench.tool('fill').click({ x: 300, y: 200 });
    expect([count(await bench.mask(), 1), count(await bench.mask(), 5)]).toEqual([SIZE.width * SIZE.height - 1, 1]);
    bench.key('Ctrl+KeyZ').click({ x: 300, y: 200 }, { shift: true });
    expect(count(await bench.mask(), 1)).toBe(SIZE.width * SIZE.height);
  });

  it('asks for a class where none is chosen, and paints nothing where it may not', async () => {
    const bench = new MaskBench(null, true);
    bench.session.begin(1);
    bench.session.sweep([{ from: { x: 9, y: 9 }, to: { x: 9, y: 9 }, diameter: 5 }]);
    expect(await bench.mask()).toBeNull();
    const none = new MaskBench();
    none.editor.setClasses([{ id: 300, name: 'beyond a pixel', color: '#ffffff', keypoints: null, skeleton: null }]);
    none.tool('brush').click({ x: 50, y: 50 });
    expect([none.classWanted, await none.mask()]).toEqual([1, null]);
  });

  it('shows the brush where it stands and what state it is in, and takes a stroke back that is broken off', async () => {
    const bench = new MaskBench(annotationOf([50, 50, 5]));
    bench.tool('brush').move({ x: 40, y: 40 });
    expect([bench.view.state, bench.view.draft]).toMatchObject(['brush.idle', { kind: 'brush', diameter: 10 }]);
    bench.down({ x: 40, y: 50 }).move({ x: 60, y: 50 });
    expect(bench.view.state).toBe('brush.painting');
    bench.act('cancel').up({ x: 60, y: 50 });
    expect([bench.view.state, bench.view.undo, await bench.mask()]).toEqual(['brush.idle', null, annotationOf([50, 50, 5])]);
    bench.down({ x: 40, y: 50 }).act('undo').up({ x: 40, y: 50 });
    expect([bench.view.undo, await bench.mask()]).toEqual([null, annotationOf([50, 50, 5])]);
    expect(bench.tool('eraser').view.state).toBe('eraser.idle');
  });

  it('makes the brush larger and smaller by steps, never less than a pixel', () => {
    const { brush } = new MaskBench();
    brush.diameter = 2;
    brush.larger();
    expect(brush.diameter).toBe(3);
    for (let step = 0; step < 5; step += 1) brush.smaller();
    expect(brush.diameter).toBe(1);
    brush.diameter = 100;
    brush.larger();
    expect([brush.diameter, brush.diameterAt(0.5), brush.diameterAt(1)]).toEqual([125, 125, 188]);
    brush.usesPressure = false;
    expect(brush.diameterAt(1)).toBe(125);
  });
});

describe('the history of a mask', () => {
  it('takes back whichever came last, strokes and objects in their order', async () => {
    const bench = new MaskBench();
    bench.tool('brush').click({ x: 50, y: 50 });
    bench.tool('box').drag({ x: 10, y: 10 }, { x: 60, y: 60 });
    bench.tool('eraser').click({ x: 50, y: 50 });
    expect([bench.objects.length, await bench.mask(), bench.view.undo]).toEqual([1, null, 'mask']);
    bench.key('Ctrl+KeyZ');
    expect([bench.objects.length, labelAt(await bench.mask(), 50, 50), bench.view.undo, bench.view.redo]).toEqual([1, 1, 'draw', 'mask']);
    bench.key('Ctrl+KeyZ').key('Ctrl+KeyZ');
    expect([bench.objects.length, await bench.mask(), bench.view.undo]).toEqual([0, null, null]);
    bench.key('Ctrl+KeyY').key('Ctrl+KeyY').key('Ctrl+KeyY');
    expect([bench.objects.length, await bench.mask()]).toEqual([1, null]);
  });

  it('is not waited for: a stroke is taken back before its answer came', async () => {
    const bench = new MaskBench();
    bench.tool('brush').click({ x: 50, y: 50 }).key('Ctrl+KeyZ').click({ x: 90, y: 50 });
    const mask = await bench.mask();
    expect([labelAt(mask, 50, 50), labelAt(mask, 90, 50)]).toEqual([0, 1]);
  });

  it('passes over strokes that changed nothing', async () => {
    const bench = new MaskBench();
    bench.tool('brush').click({ x: 50, y: 50 });
    bench.tool('eraser').click({ x: 200, y: 200 });
    await bench.mask();
    bench.key('Ctrl+KeyZ');
    expect(await bench.mask()).toBeNull();
  });

  it('outlives the visit of the image', async () => {
    const bench = new MaskBench();
    const history = new History();
    bench.open([], false, history);
    bench.tool('brush').click({ x: 50, y: 50 }).click({ x: 150, y: 50 });
    const left = await bench.mask();
    bench.open([], false, new History());
    bench.openMask(2, annotationOf([1, 1, 1]));
    expect(await bench.mask()).toEqual(annotationOf([1, 1, 1]));
    bench.open([], false, history);
    bench.openMask(1, left);
    bench.key('Ctrl+KeyZ');
    const mask = await bench.mask();
    expect([labelAt(mask, 50, 50), labelAt(mask, 150, 50)]).toEqual([1, 0]);
  });

  it('of one image is not taken back on another', async () => {
    const bench = new MaskBench();
    bench.tool('brush').click({ x: 50, y: 50 });
    const other = annotationOf([50, 50, 1]);
    bench.openMask(2, other);
    bench.key('Ctrl+KeyZ');
    expect(await bench.mask()).toEqual(other);
  });
});
