const BLOCK_BYTES = 2 ** 20;

/** Lines of a directory one behind the other: a million small buffers would take several times their bytes. */
export class DirectoryLines {
  private readonly full: Buffer[] = [];
  private block = Buffer.alloc(BLOCK_BYTES);
  private used = 0;
  count = 0;
  bytes = 0;

  add(line: Buffer): void {
    if (this.used + line.length > this.block.length) {
      this.full.push(this.block.subarray(0, this.used));
      this.block = Buffer.alloc(BLOCK_BYTES);
      this.used = 0;
    }
    this.used += line.copy(this.block, this.used);
    this.count += 1;
    this.bytes += line.length;
  }

  *blocks(): Iterable<Buffer> {
    yield* this.full;
    yield this.block.subarray(0, this.used);
  }
}
