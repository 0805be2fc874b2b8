interface BackOffOptions {
  readonly firstMilliseconds: number;
  readonly longestMilliseconds: number;
  readonly random: () => number;
}

/** When to try again: twice as late each time, with jitter, so that a hundred browsers do not come back in the same second; the server's word counts. */
export class BackOff {
  private tries = 0;
  private until = 0;

  constructor(private readonly options: BackOffOptions) {}

  /** Of the pause that was given last; 0 when it is over. */
  get millisecondsLeft(): number {
    return Math.max(0, this.until - Date.now());
  }
  /** How long to wait now. */
  pause(retryAfterSeconds: number | null): number {
    const { firstMilliseconds, longestMilliseconds, random } = this.options;
    const wait = Math.min(longestMilliseconds, firstMilliseconds * 2 ** this.tries);
    this.tries += 1;
    const milliseconds = Math.max((retryAfterSeconds ?? 0) * 1_000, wait / 2 + (random() * wait) / 2);
    this.until = Date.now() + milliseconds;
    return milliseconds;
  }
  /** Something came through, or a person wants it now. */
  reset(): void {
    this.tries = this.until = 0;
  }
}
