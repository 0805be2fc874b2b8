import type { PackedImage } from '../../application/ports/unpacked-images.port.js';

/** Images that are being written to the store. A failure of one is kept until somebody asks: an image that could not be written is not a broken image. */
export class PutsInFlight {
  readonly written: { readonly image: PackedImage; readonly key: string }[] = [];
  private readonly open = new Set<Promise<void>>();
  private readonly failures: unknown[] = [];

  add(image: PackedImage, put: { readonly key: string; readonly written: Promise<void> }): void {
    const writing: Promise<void> = put.written
      .then(
        () => void this.written.push({ image, key: put.key }),
        (error: unknown) => void this.failures.push(error),
      )
      .then(() => void this.open.delete(writing));
    this.open.add(writing);
  }

  /** Until fewer than so many are open. Throws what one of them has failed with. */
  async room(most: number): Promise<void> {
    while (this.open.size >= most) await Promise.race(this.open);
    this.throwIfFailed();
  }

  /** Until none is open. Never throws. */
  async settled(): Promise<void> {
    await Promise.all(this.open);
  }

  throwIfFailed(): void {
    if (this.failures.length > 0) throw this.failures[0];
  }
}
