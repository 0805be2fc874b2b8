export interface RoundsOptions {
  readonly firstAfter: number;
  /** Milliseconds between the end of one and the begin of the next. */
  readonly every: number;
  /** Does not throw. */
  readonly work: () => Promise<void>;
}

/** The same work again and again, one after the other, until it is stopped. Keeps no process alive. */
export class Rounds {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: RoundsOptions) {}

  start(): void {
    this.plan(this.options.firstAfter);
  }

  /** Waits for the round in progress. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
  }

  private plan(milliseconds: number): void {
    this.timer = setTimeout(() => {
      this.running = this.round();
    }, milliseconds);
    this.timer.unref();
  }

  private async round(): Promise<void> {
    await this.options.work();
    if (this.timer !== undefined) this.plan(this.options.every);
  }
}
