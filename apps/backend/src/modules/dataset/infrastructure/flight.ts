/** What is in flight: so many pieces of work, and so many bytes, at a time. */
export class Flight {
  private readonly open = new Map<Promise<void>, number>();
  private readonly failures: unknown[] = [];
  private bytes = 0;

  constructor(
    private readonly most: number,
    private readonly mostBytes: number,
  ) {}

  add(bytes: number, work: Promise<void>): void {
    const watched: Promise<void> = work
      .catch((error: unknown) => void this.failures.push(error))
      .then(() => {
        this.bytes -= this.open.get(watched) ?? 0;
        this.open.delete(watched);
      });
    this.bytes += bytes;
    this.open.set(watched, bytes);
  }

  /** Until so many more bytes have room; more than fit at all go alone. Throws what one has failed with. */
  async room(bytes: number): Promise<void> {
    while (this.open.size >= this.most || (this.open.size > 0 && this.bytes + bytes > this.mostBytes)) await Promise.race(this.open.keys());
    this.throwIfFailed();
  }

  /** Until nothing is open. Throws what one has failed with. */
  async landed(): Promise<void> {
    await Promise.all(this.open.keys());
    this.throwIfFailed();
  }

  private throwIfFailed(): void {
    if (this.failures.length > 0) throw this.failures[0];
  }
}
