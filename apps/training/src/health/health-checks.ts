export type PartState = 'up' | 'down';

export interface HealthChecksOptions {
  readonly isBrokerConnected: () => boolean;
  /** The connection to the broker has ended for good. */
  readonly isBrokerLost?: () => boolean;
  /** Fails when the store cannot be read. */
  readonly pingStore: (signal: AbortSignal) => Promise<void>;
  /** A store that takes longer counts as away. 2 s. */
  readonly timeoutMilliseconds?: number;
  /** An answer is good for so long: a prober may be eager. 2 s. */
  readonly freshMilliseconds?: number;
}

/** Whether the worker could take a job now. */
export class HealthChecks {
  private last: { readonly at: number; readonly store: Promise<PartState> } | null = null;

  constructor(private readonly options: HealthChecksOptions) {}

  /** Whether only a restart helps. A part that is away is no reason: it comes back. */
  get isFatal(): boolean {
    return this.options.isBrokerLost?.() === true;
  }

  async run(): Promise<{ readonly broker: PartState; readonly store: PartState }> {
    const store = await this.storeState();
    return { broker: this.options.isBrokerConnected() ? 'up' : 'down', store };
  }

  private storeState(): Promise<PartState> {
    if (this.last !== null && Date.now() - this.last.at < (this.options.freshMilliseconds ?? 2_000)) return this.last.store;
    const store = this.options.pingStore(AbortSignal.timeout(this.options.timeoutMilliseconds ?? 2_000)).then(
      (): PartState => 'up',
      (): PartState => 'down',
    );
    this.last = { at: Date.now(), store };
    return store;
  }
}
