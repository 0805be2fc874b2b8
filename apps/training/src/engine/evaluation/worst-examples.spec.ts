import { validationExampleSchema } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { WorstExamples } from './worst-examples.js';

describe('the images that a model does worst on', () => {
  it('are the 200 of least quality, the worst first, equals in their order', () => {
    const examples = new WorstExamples();
    const qualities = Array.from({ length: 1500 }, (_, at) => ((at * 7919) % 100) / 100);
    qualities.forEach((quality, at) => examples.add(at, { quality, truth: [], predicted: [] }));
    const expected = qualities.map((quality, at) => ({ quality, at })).sort((a, b) => a.quality - b.quality || a.at - b.at).slice(0, 200);
    expect(examples.worst().map((one) => one.image_id)).toEqual(expected.map((one) => one.at));
  });

  it('fit the contract however many objects an image has', () => {
    const examples = new WorstExamples();
    examples.add(1, { quality: 0, truth: Array.from({ length: 5000 }, () => ({ class_id: 1, bbox: [1, 2, 3, 4] })), predicted: Array.from({ length: 5000 }, () => ({ class_id: 1, score: 0.5, bbox: [1, 2, 3, 4] })) });
    expect(examples.worst().map((one) => validationExampleSchema.safeParse(one).success)).toEqual([true]);
  });
});
