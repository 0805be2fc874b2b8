import { viewOf } from './fake-jobs.js';
import type { Json } from './fake-data.js';

const now = (): string => new Date().toISOString();
const worker = (name: string, part: Json): Json => ({ worker_id: name, pool: 'default', engines: ['onnx'], models: ['cnn-small'], threads: 2, memory_bytes: 8 * 1024 ** 3, version: '1.0.0', is_busy: false, job_id: null, first_seen_at: now(), last_seen_at: now(), ...part });

/** Workers, and what waits for them. Development only. */
export const FAKE_WORKERS: readonly Json[] = [
  worker('trainer-1', { is_busy: true, job_id: '0d0f0000-0000-4000-8000-000000000003' }),
  worker('trainer-2.lab.example', { engines: ['onnx', 'external'] }),
  worker('gpu-1', { pool: 'gpu', engines: ['external-kubernetes'], threads: 16, memory_bytes: 64 * 1024 ** 3, is_busy: true }),
];

const waiting = (index: number, part: Json): Json => ({ ...viewOf({ id: `0d0f0000-0000-4000-8000-${String(index).padStart(12, '0')}`, datasetId: 'platform-road-1f2e5c3b', datasetName: '도로 객체 v3', classCount: 6, epochs: 40, startedAt: Date.now() - index * 60_000, state: 'running', epoch: 0, finishedAt: null, failure: null, events: [] }), state: 'queued', started_at: null, ...part });
export const FAKE_QUEUE: Json[] = [waiting(12, { queue_position: 2, waits_for: 'user-limit', kind: 'prelabel' }), waiting(11, { queue_position: 1, waits_for: 'worker', priority: 'high' }), waiting(13, { pool: 'gpu', queue_position: 1, waits_for: 'worker' })];
