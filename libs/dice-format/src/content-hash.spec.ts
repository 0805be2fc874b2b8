import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TASK_TYPES } from './task-type.js';
import { filesOf, randomModel } from './testing/random-models.js';
import { validatedPackage } from './testing/validated-package.js';
import { writeDice } from './write-dice.js';

describe('the content hash that is written', () => {
  it.each(TASK_TYPES)('is the one that a reader computes, for random datasets of %s', async (task) => {
    await fc.assert(
      fc.asyncProperty(randomModel(task), async (model) => {
        const files = filesOf(model);
        const report = await validatedPackage(files);
        expect({ errors: report.errors, warnings: report.warnings }).toEqual({ errors: [], warnings: [] });
        expect(files[0]?.bytes.toString()).toContain(`"content_hash":"${report.dataset?.contentHash}"`);
      }),
      { numRuns: 60 },
    );
  });

  it.each(TASK_TYPES)('does not change when what was read of %s is written again', (task) => {
    fc.assert(
      fc.property(randomModel(task), (model) => {
        const first = JSON.parse(writeDice(model).annotations) as { content_hash: string; images: { annotations?: object[]; annotation?: object | null; metadata: { status: 'labeled'; no_object?: true } }[] };
        const images = model.images.map((image, at) => {
          const written = first.images[at];
          const annotations = written?.annotations ?? (written?.annotation === null || image.mask !== undefined ? [] : [written?.annotation]);
          return { ...image, annotations: annotations as Record<string, unknown>[], status: written?.metadata.status ?? image.status, noObject: written?.metadata.no_object === true };
        });
        expect(JSON.parse(writeDice({ ...model, images }).annotations)).toEqual(first);
      }),
      { numRuns: 40 },
    );
  });
});

describe('writeDice', () => {
  it('refuses what a reader would refuse, and several labels of one image', () => {
    const [model] = fc.sample(randomModel('object_detection').filter(({ images }) => (images[0]?.annotations.length ?? 0) > 0), { seed: 1, numRuns: 1 });
    if (model === undefined) throw new Error('no sample');
    const withBox = (bbox: number[]): (() => unknown) => () => writeDice({ ...model, images: model.images.map((image) => ({ ...image, annotations: image.annotations.map((one) => ({ ...one, bbox })) })) });
    expect(withBox([0, 0, 0, 3])).toThrow('validation-failed');
    expect(withBox([0, 0, 3, 3])).not.toThrow();
    const several = { ...model, taskType: 'image_classification' as const, images: model.images.slice(0, 1).map((image) => ({ ...image, annotations: [{ class_id: 0 }, { class_id: 4 }] })) };
    expect(() => writeDice(several)).toThrow('validation-failed');
    expect(() => writeDice({ ...several, multiLabel: true })).not.toThrow();
  });

  it('derives the area of a run-length mask from its runs, not from its box', () => {
    const [model] = fc.sample(randomModel('instance_segmentation'), { seed: 1, numRuns: 1 });
    if (model === undefined) throw new Error('no sample');
    const annotations = [{ class_id: 0, bbox: [0, 0, 9, 7], segmentation: { size: [7, 10], counts: '61X13mN05' } }];
    const written = JSON.parse(writeDice({ ...model, images: model.images.slice(0, 1).map((image) => ({ ...image, annotations })) }).annotations);
    expect(written).toMatchObject({ images: [{ annotations: [{ id: 1, area: 9, confidence: 1, segmentation: { counts: [6, 1, 40, 4, 5, 4, 10] } }] }] });
  });
});
