import { describe, expect, it } from 'vitest';
import type { ModelRun } from '../../api/types.js';
import { byVersion, scoreNames } from './evaluation-rows.js';

const METRICS = { epoch: 1, train_loss: null, val_loss: null, learning_rate: 0, images_per_second: 1, cpu_seconds: 1, wall_seconds: 1 };
function run(id: string, of: { readonly version: number; readonly side?: ModelRun['side']; readonly value?: number }): ModelRun {
  const { version, side = 'val', value } = of;
  const metrics = value === undefined ? null : { ...METRICS, primary_metric: 'map50', primary_value: value, scores: { recall: 0.5, map50: value } };
  return {
    ...{ id, kind: 'evaluation', dataset_id: 'd', model_id: 'm', model_name: id, snapshot_version: version, side, filter: null, min_score: 0, state: metrics === null ? 'running' : 'done' },
    ...{ images: 1, progress: 1, failed_images: 0, suggestions: 0, dropped: 0, rejected_before: 0, accepted_images: 0, metrics, failure: null, created_by: 'u', created_at: '', finished_at: null },
  };
}

describe('evaluations', () => {
  it('stand together where they were over the same images, the newest version and the best model first', () => {
    const groups = byVersion([run('a', { version: 1, value: 0.4 }), run('b', { version: 2 }), run('c', { version: 1, value: 0.6 }), run('d', { version: 1, side: 'all', value: 0.9 })]);
    expect(groups.map((one) => [one.version, one.side, one.runs.map((each) => each.id)])).toEqual([
      [2, 'val', ['b']],
      [1, 'val', ['c', 'a']],
      [1, 'all', ['d']],
    ]);
  });

  it('show every figure that one of them has, the one that counts first', () => {
    expect(scoreNames([run('a', { version: 1 }), run('b', { version: 1, value: 0.5 })])).toEqual(['map50', 'recall']);
    expect(scoreNames([run('a', { version: 1 })])).toEqual([]);
  });
});
