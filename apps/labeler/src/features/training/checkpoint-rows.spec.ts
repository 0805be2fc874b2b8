import { describe, expect, it } from 'vitest';
import { checkpointRows, type Download } from './checkpoint-rows.js';

const item = (epoch: number, kind: Download['kind']): Download => ({ epoch, kind, key: `models/job/${kind}-${epoch}`, sha256: 'a'.repeat(64), size_bytes: epoch * 10, created_at: '2026-01-01T00:00:00Z', url: `https://store.example/${kind}-${epoch}`, expires_at: '2026-01-01T01:00:00Z' });

describe('checkpointRows', () => {
  it('joins what an epoch left behind, the latest epoch first, without the final model', () => {
    const rows = checkpointRows([item(1, 'state'), item(2, 'model'), item(10, 'state'), item(1, 'model'), item(10, 'final')]);
    expect(rows.map((row) => [row.epoch, row.model?.url ?? null, row.state?.url ?? null])).toEqual([
      [10, null, 'https://store.example/state-10'],
      [2, 'https://store.example/model-2', null],
      [1, 'https://store.example/model-1', 'https://store.example/state-1'],
    ]);
  });

  it('has no row before the first epoch', () => {
    expect(checkpointRows([item(3, 'final')])).toEqual([]);
  });
});
