import { DEFAULT_POOL } from '@app/contracts';
import { Metrics, type GaugeReading } from '@app/observability';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { WorkerRegistry } from '../application/ports/worker-registry.port.js';

type QueueGauge = 'vision_training_queue_pending' | 'vision_training_queue_oldest_seconds' | 'vision_training_jobs' | 'vision_training_workers';

interface Line {
  readonly lane: string;
  readonly pending: number;
  readonly oldest: number;
}

const STATES = ['requested', 'preparing', 'queued', 'verifying', 'running', 'cancelling', 'completed', 'failed', 'cancelled'] as const;

/** Announced to a worker or not: until one has claimed it, a job waits. */
const LINES = `select pool as lane, count(*)::int as pending, greatest(0, extract(epoch from clock_timestamp() - min(queued_at)))::float8 as oldest from training_jobs where state = 'queued' group by pool`;
const JOBS = `select state, count(*)::int as count from training_jobs
  where state not in ('completed','failed','cancelled') or finished_at > clock_timestamp() - interval '24 hours' group by state`;

/** The line of training jobs and who works on it, read when somebody asks. */
@Injectable()
export class QueueMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly dataSource: DataSource,
    private readonly workers: WorkerRegistry,
  ) {}

  onModuleInit(): void {
    const names = ['vision_training_queue_pending', 'vision_training_queue_oldest_seconds', 'vision_training_jobs', 'vision_training_workers'] as const;
    this.metrics.sample('training-queue', names, () => this.read());
  }

  private async read(): Promise<readonly GaugeReading<QueueGauge>[]> {
    const lines = await this.query<Line>(LINES);
    const jobs = new Map((await this.query<{ state: string; count: number }>(JOBS)).map(({ state, count }) => [state, count]));
    const workers = await this.workers.living();
    const busy = workers.filter(({ jobId }) => jobId !== null).length;
    return [
      ...withEmptyLines(lines, workers.map(({ pool }) => pool)).flatMap(ofLine),
      ...STATES.map((state) => ({ name: 'vision_training_jobs' as const, labels: { state }, value: jobs.get(state) ?? 0 })),
      { name: 'vision_training_workers', labels: { state: 'busy' }, value: busy },
      { name: 'vision_training_workers', labels: { state: 'free' }, value: workers.length - busy },
    ];
  }

  private async query<T>(sql: string): Promise<T[]> {
    return this.dataSource.query(sql) as Promise<T[]>;
  }
}

/** What scales the workers wants a zero, not silence, where nobody waits. Pools that have workers come first: names that somebody made up cannot take their place. */
function withEmptyLines(lines: readonly Line[], pools: readonly string[]): Line[] {
  const staffed = [...new Set([DEFAULT_POOL, ...pools])].map((lane) => lines.find((line) => line.lane === lane) ?? { lane, pending: 0, oldest: 0 });
  return [...staffed, ...lines.filter(({ lane }) => !staffed.some((line) => line.lane === lane))];
}

const ofLine = ({ lane, pending, oldest }: Line): GaugeReading<QueueGauge>[] => [
  { name: 'vision_training_queue_pending', labels: { lane }, value: pending },
  { name: 'vision_training_queue_oldest_seconds', labels: { lane }, value: oldest },
];
