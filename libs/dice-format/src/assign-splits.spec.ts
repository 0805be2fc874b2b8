import { describe, expect, it } from 'vitest';
import { assignSplits, type SplitImage } from './assign-splits.js';

function images(count: number): SplitImage[] {
  return Array.from({ length: count }, (_, index) => ({ id: index + 1, sha256: `hash-${index}`, split: null, stratum: String(index % 2) }));
}

function idsOf(splits: Map<number, string>, wanted: string): number[] {
  return [...splits].filter(([, split]) => split === wanted).map(([id]) => id).sort((a, b) => a - b);
}

const OPTIONS = { valFraction: 0.2, seed: 1 };

describe('assignSplits', () => {
  it('takes the same share of each stratum, whatever the order', () => {
    const val = idsOf(assignSplits(images(100), OPTIONS), 'val');
    expect(val.filter((id) => id % 2 === 0)).toHaveLength(10);
    expect(val.filter((id) => id % 2 === 1)).toHaveLength(10);
    expect(idsOf(assignSplits(images(100).reverse(), OPTIONS), 'val')).toEqual(val);
    expect(idsOf(assignSplits(images(100), { ...OPTIONS, seed: 2 }), 'val')).not.toEqual(val);
  });

  it('keeps given splits when one validates; the rest trains', () => {
    const given: SplitImage[] = images(4).map((image, index) => ({ ...image, split: index === 0 ? 'val' : null }));
    expect([...assignSplits(given, OPTIONS)]).toEqual([[1, 'val'], [2, 'train'], [3, 'train'], [4, 'train']]);
  });

  it('puts exact duplicates on one side', () => {
    const doubled = images(40).flatMap((image) => [image, { ...image, id: image.id + 1000 }]);
    const splits = assignSplits(doubled, OPTIONS);
    for (const { id } of images(40)) expect(splits.get(id)).toBe(splits.get(id + 1000));
  });

  it('validates by at least one of two different images, and trains on one', () => {
    const two = assignSplits(images(2), { valFraction: 0.01, seed: 1 });
    expect([...two.values()].sort()).toEqual(['train', 'val']);
    expect([...assignSplits(images(1), OPTIONS).values()]).toEqual(['train']);
  });

  it('leaves given test images out', () => {
    const given: SplitImage[] = images(10).map((image, index) => ({ ...image, split: index === 3 ? 'test' : null }));
    expect(idsOf(assignSplits(given, OPTIONS), 'test')).toEqual([4]);
  });
});
