import type { Bitmap } from './picture-source.js';

const BYTES_A_PIXEL = 4;
const bytesOf = ({ width, height }: Bitmap): number => width * height * BYTES_A_PIXEL;

/** Decoded images, those used last kept, within a number of bytes. What falls out is closed: its memory is not the collector's. */
export class PictureCache<B extends Bitmap> {
  private readonly held = new Map<number, B>();
  private bytes = 0;
  private pinned: number | null = null;

  constructor(private readonly capBytes: number) {}

  get sizeBytes(): number {
    return this.bytes;
  }
  has(id: number): boolean {
    return this.held.has(id);
  }
  get(id: number): B | undefined {
    const found = this.held.get(id);
    if (found === undefined) return undefined;
    this.held.delete(id);
    this.held.set(id, found);
    return found;
  }
  put(id: number, bitmap: B): void {
    this.drop(id);
    this.held.set(id, bitmap);
    this.bytes += bytesOf(bitmap);
    this.shrink(id);
  }
  /** The one on the screen, which stays whatever it takes. */
  pin(id: number): void {
    this.pinned = id;
    this.shrink(id);
  }
  clear(): void {
    for (const id of [...this.held.keys()]) this.drop(id);
  }

  private shrink(keep: number): void {
    for (const id of [...this.held.keys()]) {
      if (this.bytes <= this.capBytes) return;
      if (id !== keep && id !== this.pinned) this.drop(id);
    }
  }
  private drop(id: number): void {
    const old = this.held.get(id);
    if (old === undefined) return;
    this.held.delete(id);
    this.bytes -= bytesOf(old);
    old.close();
  }
}
