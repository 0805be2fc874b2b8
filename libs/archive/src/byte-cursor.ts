/** The source ended before the bytes that were asked for. */
export class EndOfBytes extends Error {}

/** Takes exact amounts out of a stream of chunks. Holds one chunk, or as much as one `take` asks for. */
export class ByteCursor {
  private buffered: Buffer = Buffer.alloc(0);
  private taken: number;
  private readonly iterator: AsyncIterator<Uint8Array>;

  constructor(
    chunks: AsyncIterable<Uint8Array>,
    private readonly signal?: AbortSignal,
    /** Position of the first chunk in what is read. */
    startsAt = 0,
  ) {
    this.taken = startsAt;
    this.iterator = chunks[Symbol.asyncIterator]();
  }

  /** Where the next byte stands. */
  get position(): number {
    return this.taken;
  }

  /**
   * Everything at hand, `least` bytes at least, without taking it: a million headers are read out of a few buffers, and no event-loop turn lies
   * between two of them. Follow with `advance`.
   */
  async window(least: number): Promise<Buffer> {
    await this.fill(least);
    return this.buffered;
  }

  /** Takes bytes of the window. */
  advance(count: number): void {
    this.buffered = this.buffered.subarray(count);
    this.taken += count;
  }

  async take(count: number): Promise<Buffer> {
    await this.fill(count);
    const bytes = this.buffered.subarray(0, count);
    this.advance(count);
    return bytes;
  }

  /** What is at hand, `limit` bytes at most; null at the end of the stream. */
  async takeSome(limit: number): Promise<Buffer | null> {
    while (this.buffered.length === 0) {
      const chunk = await this.nextChunk();
      if (chunk === null) return null;
      this.buffered = chunk;
    }
    const count = Math.min(limit, this.buffered.length);
    const bytes = this.buffered.subarray(0, count);
    this.buffered = this.buffered.subarray(count);
    this.taken += count;
    return bytes;
  }

  /** Puts bytes back that were taken too much. */
  unread(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.buffered = this.buffered.length === 0 ? bytes : Buffer.concat([bytes, this.buffered]);
    this.taken -= bytes.length;
  }

  async skip(count: number): Promise<void> {
    let left = count;
    while (left > 0) {
      const chunk = await this.takeSome(left);
      if (chunk === null) throw new EndOfBytes(`needed ${left} more bytes at ${this.taken}`);
      left -= chunk.length;
    }
  }

  /** Lets go of the source; needed when it was not read to its end. */
  async close(): Promise<void> {
    await this.iterator.return?.();
  }

  private async fill(count: number): Promise<void> {
    if (this.buffered.length >= count) return;
    const parts = [this.buffered];
    let available = this.buffered.length;
    while (available < count) {
      const chunk = await this.nextChunk();
      if (chunk === null) throw new EndOfBytes(`needed ${count} bytes at ${this.taken}, found ${available}`);
      parts.push(chunk);
      available += chunk.length;
    }
    this.buffered = Buffer.concat(parts);
  }

  private async nextChunk(): Promise<Buffer | null> {
    this.signal?.throwIfAborted();
    const next = await this.iterator.next();
    if (next.done === true) return null;
    return Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
  }
}
