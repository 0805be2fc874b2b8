import type { GaugeName, LabelsOf } from './metric-catalogue.js';

export interface GaugeReading<N extends GaugeName = GaugeName> {
  readonly name: N;
  readonly labels: LabelsOf<N>;
  readonly value: number;
}

export interface Sampling {
  readonly source: string;
  /** Takes away what was read before. */
  readonly clear: () => void;
  /** Answers what is to be set. */
  readonly read: () => Promise<readonly (() => void)[]>;
}

/** Two scrapers, or a person beside one, cost one reading. */
const FRESH_MILLISECONDS = 5_000;
/** Prometheus gives a scrape 10 s; a database that hangs must not take them. */
const READ_MILLISECONDS = 2_000;

/** Gauges whose values are read when somebody asks for the metrics. */
export class SampledGauges {
  private readonly samplings: Sampling[] = [];
  private readAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | null = null;

  constructor(private readonly onFailure: (source: string) => void) {}

  add(sampling: Sampling): void {
    this.samplings.push(sampling);
  }

  /** Never throws. */
  async refresh(): Promise<void> {
    if (this.reading === null && performance.now() - this.readAt < FRESH_MILLISECONDS) return;
    this.reading ??= this.readAll();
    await this.reading;
  }

  private async readAll(): Promise<void> {
    await Promise.all(this.samplings.map((one) => this.readOne(one)));
    this.readAt = performance.now();
    this.reading = null;
  }

  private async readOne({ source, clear, read }: Sampling): Promise<void> {
    const readings = await inTime(read).catch(() => null);
    clear();
    if (readings === null) this.onFailure(source);
    else for (const set of readings) set();
  }
}

async function inTime<T>(read: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('took too long')), READ_MILLISECONDS);
  });
  try {
    return await Promise.race([read(), late]);
  } finally {
    clearTimeout(timer);
  }
}
