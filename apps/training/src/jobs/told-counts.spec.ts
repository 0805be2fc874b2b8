import { workerHelloV1 } from '@app/contracts';
import { StoreMeter } from '@app/object-store';
import { describe, expect, it } from 'vitest';
import { ToldCounts } from './told-counts.js';

const HELLO = workerHelloV1.data.parse({ worker_id: 'w', pool: 'default', engines: ['onnx'], models: [], threads: 1, memory_bytes: 1, version: '1', job_id: null });

describe('ToldCounts', () => {
  it('tells totals once a minute and in the last word, always as the same process', () => {
    let now = 0;
    const meter = new StoreMeter(() => Date.UTC(2026, 10, 26));
    const told = new ToldCounts(meter, () => now);
    expect(told.with(HELLO).store_counts).toBeUndefined();
    meter.count({ operation: 'GetObject', kind: 'sent', key: 'datasets/platform-a-00000001/snapshots/v1.zip' });
    const first = told.with(HELLO);
    expect(workerHelloV1.data.parse(first).store_counts?.counts).toEqual([{ day: '2026-11-26', scope: 'datasets/platform-a-00000001', operation: 'GetObject', kind: 'sent', count: 1 }]);
    meter.count({ operation: 'GetObject', kind: 'sent', key: 'datasets/platform-a-00000001/snapshots/v1.zip' });
    now = 59_999;
    expect(told.with(HELLO).store_counts).toBeUndefined();
    now = 60_000;
    expect(told.with(HELLO).store_counts).toMatchObject({ process: first.store_counts?.process, counts: [{ count: 2 }] });
    expect(told.with({ ...HELLO, is_leaving: true }).store_counts?.counts).toHaveLength(1);
  });
});
