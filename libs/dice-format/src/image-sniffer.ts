import { complete, SNIFF_BYTES, sniffImage } from './image-header.js';
import type { SniffedImage, SniffFailure } from './sniffed-image.js';
import { WebpExifFinder } from './webp-exif-finder.js';

/** Metadata before the size of a photo, bytes; a file with more of it is refused. */
const MAX_HEAD_BYTES = 4_000_000;

/**
 * `sniffImage` for a file that streams by. Holds 64 KiB of it, up to 4 MB where metadata stands before the size; of a WebP, whose orientation
 * stands behind its pixels, no more than that chunk.
 */
export class ImageSniffer {
  private chunks: Uint8Array[] = [];
  private headBytes = 0;
  private wanted = SNIFF_BYTES;
  private tail: WebpExifFinder | null = null;

  /** The next bytes of the file. The buffer may be used again afterwards. */
  push(chunk: Uint8Array): void {
    if (this.tail !== null) return this.tail.push(chunk);
    const rest = this.keep(chunk);
    if (this.headBytes < this.wanted || this.wanted !== SNIFF_BYTES || this.isDecided()) return;
    this.tail = WebpExifFinder.after(this.head());
    if (this.tail === null) this.wanted = MAX_HEAD_BYTES;
    if (rest.byteLength > 0) this.push(rest);
  }

  /** What the file is. Call it when all bytes were pushed. */
  finish(): SniffedImage | SniffFailure {
    const head = this.head();
    if (this.tail === null) return sniffImage(head);
    const orientation = this.tail.orientation();
    const bare = sniffImage(WebpExifFinder.withoutExif(head));
    return orientation === null || !bare.ok ? sniffImage(head) : complete({ ...bare, orientation });
  }

  /** Takes what belongs to the head; answers the rest. */
  private keep(chunk: Uint8Array): Uint8Array {
    const part = Uint8Array.from(chunk.subarray(0, this.wanted - this.headBytes));
    if (part.byteLength > 0) this.chunks.push(part);
    this.headBytes += part.byteLength;
    return chunk.subarray(part.byteLength);
  }

  private isDecided(): boolean {
    const sniffed = sniffImage(this.head());
    return sniffed.ok || sniffed.code !== 'more-bytes';
  }

  private head(): Buffer {
    const head = Buffer.concat(this.chunks);
    this.chunks = [head];
    return head;
  }
}
