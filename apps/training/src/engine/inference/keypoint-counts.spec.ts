import type { ModelAdapter } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { keypointCountsOf } from './decoding.js';

const adapter = (extra?: Record<string, string>): ModelAdapter => ({
  ...{ output_format: 'keypoints/1', task_type: 'pose_estimation', multi_label: false, classes: [{ id: 1, name: 'kite' }], input_size: [96, 96] },
  preprocessing: { layout: 'NCHW', colour: 'RGB', fit: 'contain, black', scale: 1 / 255, mean: 0.5, deviation: 0.25 },
  ...(extra === undefined ? {} : { extra }),
});

describe('the points of a model of keypoints', () => {
  it.each([
    [{ keypoint_counts: '[4,0]' }, [4, 0]],
    [{ keypoint_counts: '[4,-1]' }, []],
    [{ keypoint_counts: 'no JSON' }, []],
    [{ other: '1' }, []],
    [undefined, []],
  ])('%j: %j', (extra, expected) => expect(keypointCountsOf(adapter(extra))).toEqual(expected));
});
