import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../model/label-object.js';
import { layersOfAnnotation } from './mask-values.js';
import { proposedMask } from './proposed-mask.js';
import { annotationOf, count, labelAt, MaskBench, SIZE } from './testing-bench.js';

type Pixels = readonly (readonly [x: number, y: number])[];

/** As the server shows it. */
function proposal(id: string, classId: number, ...pixels: Pixels): JsonObject {
  const [layer] = layersOfAnnotation(annotationOf(...pixels.map(([x, y]) => [x, y, 1] as const)));
  return { id, class_id: classId, counts: layer?.counts ?? '', source: 'model', score: 0.9 };
}
function withProposals(bench: MaskBench, ...proposals: readonly JsonObject[]): MaskBench {
  bench.editor.suggestions.set(proposals.flatMap((one) => proposedMask(one, SIZE) ?? []));
  return bench;
}
const idsOf = (bench: MaskBench): string[] => bench.view.suggestions.map((one) => one.id);

describe('the mask that a model proposes for a class', () => {
  it('is shown by its outline, and by the box of its pixels', () => {
    const bench = withProposals(new MaskBench(), proposal('a', 4, [10, 20], [12, 25]), proposal('b', 0, [3, SIZE.height - 1], [4, 0]));
    expect(bench.view.suggestions.map(({ geometry }) => geometry)).toMatchObject([
      { kind: 'mask', box: { x: 10, y: 20, width: 3, height: 6 } },
      { kind: 'mask', box: { x: 3, y: 0, width: 2, height: SIZE.height } },
    ]);
  });

  it('is none where its runs are not of the image', () => {
    expect([proposedMask({ id: 'a', class_id: 1, counts: '5' }, SIZE), proposedMask({ id: 'a', class_id: 1, bbox: [1, 1, 2, 2] }, SIZE)]).toEqual([null, null]);
  });

  it('fills what nobody labeled and leaves what a person painted', async () => {
    const bench = withProposals(new MaskBench(annotationOf([50, 50, 1], [51, 51, 255])), proposal('a', 4, [50, 49], [50, 50], [50, 51], [51, 51], [51, 52]));
    bench.act('accept');
    const mask = await bench.mask();
    expect([[50, 49], [50, 50], [50, 51], [51, 51], [51, 52]].map(([x = 0, y = 0]) => labelAt(mask, x, y))).toEqual([5, 1, 5, 255, 5]);
    expect([idsOf(bench), bench.view.objects, bench.view.openSuggestions]).toEqual([[], [], 0]);
  });

  it('is proposed again when it is taken back, and gone when it is done again', async () => {
    const bench = withProposals(new MaskBench(annotationOf([50, 50, 1])), proposal('a', 4, [50, 50], [60, 60]));
    bench.act('accept');
    await bench.mask();
    bench.key('Ctrl+KeyZ');
    expect([await bench.mask(), idsOf(bench)]).toEqual([annotationOf([50, 50, 1]), ['a']]);
    bench.key('Ctrl+Shift+KeyZ');
    expect([await bench.mask(), idsOf(bench)]).toEqual([annotationOf([50, 50, 1], [60, 60, 5]), []]);
  });

  it('gives way to the surer one where all are taken', async () => {
    const bench = withProposals(new MaskBench(), { ...proposal('a', 4, [10, 10], [11, 10]), score: 0.4 }, proposal('b', 0, [10, 10], [10, 11]));
    bench.act('accept-all');
    const mask = await bench.mask();
    expect([count(mask, 1), count(mask, 5), labelAt(mask, 10, 10)]).toEqual([2, 1, 1]);
    expect(idsOf(bench)).toEqual([]);
  });

  it('paints nothing where somebody may only look', async () => {
    const bench = withProposals(new MaskBench(null, true), proposal('a', 4, [10, 10]));
    bench.act('accept');
    expect([await bench.mask(), idsOf(bench)]).toEqual([null, ['a']]);
  });
});
