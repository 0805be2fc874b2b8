import type { WorkerHelloV1 } from '@app/contracts';

export interface KnownWorker {
  readonly workerId: string;
  readonly pool: string;
  readonly lane: string | null;
  readonly engines: readonly string[];
  readonly models: readonly string[];
  readonly threads: number;
  readonly memoryBytes: number;
  readonly version: string;
  /** By its own word. */
  readonly jobId: string | null;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

/** The workers that were heard of lately, by the database's clock. One that is silent for a minute is gone. */
export abstract class WorkerRegistry {
  /** Notes it. False when it was not taken: there are too many. */
  abstract heard(hello: WorkerHelloV1, lane: string | null): Promise<boolean>;
  abstract forget(workerId: string): Promise<void>;
  abstract living(): Promise<readonly KnownWorker[]>;
  abstract find(workerId: string): Promise<KnownWorker | null>;
}
