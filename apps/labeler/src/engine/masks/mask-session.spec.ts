import { afterEach, describe, expect, it, vi } from 'vitest';
import { annotationOf, labelAt, MaskBench } from './testing-bench.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('what the page is told', () => {
  it('is the mask a moment after the last stroke, once', async () => {
    vi.useFakeTimers();
    const bench = new MaskBench();
    bench.tool('brush').click({ x: 50, y: 50 }).click({ x: 90, y: 50 });
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.masks).toEqual([]);
    await vi.advanceTimersByTimeAsync(5);
    expect(bench.masks.map(([id, mask]) => [id, labelAt(mask, 50, 50), labelAt(mask, 90, 50)])).toEqual([[1, 1, 1]]);
    bench.key('Ctrl+KeyZ').key('Ctrl+KeyZ');
    await bench.session.flush();
    expect(bench.masks.at(-1)).toEqual([1, null]);
  });

  it('is waited for by whoever wants it told, though somebody else asked first', async () => {
    const bench = new MaskBench();
    bench.tool('brush').click({ x: 50, y: 50 });
    void bench.session.flush();
    await bench.session.flush();
    expect(bench.masks.length).toBe(1);
  });

  it('of an image that is left in the middle of the moment is its own mask', async () => {
    const bench = new MaskBench();
    bench.tool('brush').click({ x: 50, y: 50 });
    bench.openMask(2, null);
    bench.tool('brush').click({ x: 90, y: 50 });
    bench.session.close();
    await vi.waitFor(() => expect(bench.masks.map(([id, mask]) => [id, labelAt(mask, 50, 50), labelAt(mask, 90, 50)])).toEqual([[1, 1, 0], [2, 0, 1]]));
  });

  it('is shown again where the image is opened anew before it was told', async () => {
    const bench = new MaskBench(annotationOf([10, 10, 5]));
    bench.tool('brush').click({ x: 50, y: 50 });
    bench.openMask(1, annotationOf([10, 10, 5]));
    bench.tool('brush').click({ x: 90, y: 50 });
    await vi.waitFor(() => expect(bench.masks.length).toBe(2));
    expect(bench.masks.map(([, mask]) => [labelAt(mask, 10, 10), labelAt(mask, 50, 50), labelAt(mask, 90, 50)])).toEqual([[5, 1, 0], [5, 1, 1]]);
  });

  it('is nothing of a stroke that was under way when the image was left', async () => {
    const bench = new MaskBench();
    bench.tool('brush').click({ x: 50, y: 50 }).down({ x: 90, y: 50 });
    bench.openMask(2, null);
    await vi.waitFor(() => expect(bench.masks.map(([id, mask]) => [id, labelAt(mask, 50, 50), labelAt(mask, 90, 50)])).toEqual([[1, 1, 0]]));
  });

  it('is that a mask of the server makes no sense, and it is not painted over', async () => {
    const bench = new MaskBench({ mask: { size: [300, 400], classes: [{ class_id: 0, counts: '5' }] } });
    await vi.waitFor(() => expect(bench.unreadable.length).toBe(1));
    bench.tool('brush').click({ x: 50, y: 50 });
    await bench.session.flush();
    expect([bench.masks, bench.view.undo, await bench.mask()]).toEqual([[], null, { mask: { size: [300, 400], classes: [{ class_id: 0, counts: '5' }] } }]);
    bench.openMask(2, null);
    bench.tool('brush').click({ x: 50, y: 50 });
    expect(labelAt(await bench.mask(), 50, 50)).toBe(1);
  });
});

describe('a merge that comes while somebody paints', () => {
  it('keeps what was painted since the mask was told', async () => {
    const bench = new MaskBench(annotationOf([10, 10, 1]));
    bench.tool('brush').click({ x: 50, y: 50 });
    bench.session.replace(1, annotationOf([10, 10, 1], [20, 20, 5]));
    const mask = await bench.mask();
    expect([labelAt(mask, 10, 10), labelAt(mask, 20, 20), labelAt(mask, 50, 50)]).toEqual([1, 5, 1]);
    bench.session.replace(1, annotationOf([20, 20, 5]));
    expect([labelAt(await bench.mask(), 10, 10), labelAt(await bench.mask(), 50, 50)]).toEqual([0, 1]);
  });

  it('is in what is told of an encoding that had begun before', async () => {
    const bench = new MaskBench();
    bench.tool('brush').click({ x: 50, y: 50 });
    const told = bench.session.flush();
    bench.session.replace(1, annotationOf([20, 20, 5]));
    await told;
    expect(bench.masks.map(([id, mask]) => [id, labelAt(mask, 50, 50), labelAt(mask, 20, 20)])).toEqual([[1, 1, 5]]);
    // And nothing of it is lost by the next one.
    bench.session.replace(1, annotationOf([20, 20, 5], [30, 30, 5]));
    const mask = await bench.mask();
    expect([labelAt(mask, 30, 30), labelAt(mask, 20, 20), labelAt(mask, 50, 50)]).toEqual([5, 5, 0]);
  });

  it('is in what is told of an image that was just left', async () => {
    const bench = new MaskBench();
    bench.tool('brush').click({ x: 50, y: 50 });
    bench.openMask(2, null);
    bench.session.replace(1, annotationOf([20, 20, 5]));
    await vi.waitFor(() => expect(bench.masks.map(([id, mask]) => [id, labelAt(mask, 50, 50), labelAt(mask, 20, 20)])).toEqual([[1, 1, 5]]));
    expect(await bench.mask()).toBeNull();
  });

  it('does not become part of the stroke under way', async () => {
    const bench = new MaskBench();
    bench.tool('brush').down({ x: 50, y: 50 });
    bench.session.replace(1, annotationOf([20, 20, 1]));
    bench.move({ x: 60, y: 50 }).up({ x: 60, y: 50 }).key('Ctrl+KeyZ');
    expect(await bench.mask()).toEqual(annotationOf([20, 20, 1]));
  });
});
