import { webpExifOrientation } from './webp-header.js';

const EXIF = 0x45584946;
const EXIF_FLAG = 0x08;
const CHUNK_HEADER_BYTES = 8;
const FIRST_CHUNK_AT = 12;
/** The directory with the orientation is the first of the block; thumbnails follow it. */
const MAX_EXIF_BYTES = 65_536;

/** Looks for the EXIF chunk of a WebP that streams by (RFC 9649), which stands behind its pixels. */
export class WebpExifFinder {
  private position = 0;
  private chunkAt = FIRST_CHUNK_AT;
  private header = Buffer.alloc(0);
  private exif: Buffer | null = null;
  private exifBytes = 0;

  private constructor(private readonly fileBytes: number) {}

  /** Continues behind the head; null when it is not the head of a WebP. */
  static after(head: Buffer): WebpExifFinder | null {
    if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WEBP') return null;
    const finder = new WebpExifFinder(8 + head.readUInt32LE(4));
    finder.push(head);
    return finder;
  }

  /** The head as that of a file without EXIF, so that size and channels can be read from it alone. */
  static withoutExif(head: Buffer): Buffer {
    const bare = Buffer.from(head.subarray(0, 64));
    bare[20] = (bare[20] ?? 0) & ~EXIF_FLAG;
    return bare;
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (at < bytes.length) {
      const taken = this.take(bytes.subarray(at));
      at += taken;
      this.position += taken;
    }
  }

  /** 1 to 8; null when the file ended before the chunk that its header promised. */
  orientation(): number | null {
    if (this.exif === null) return this.position < this.fileBytes ? null : 1;
    if (this.exif.length < Math.min(this.exifBytes, MAX_EXIF_BYTES)) return null;
    return webpExifOrientation(new DataView(this.exif.buffer, this.exif.byteOffset, this.exif.byteLength));
  }

  /** Takes what stands at the position as far as it goes; answers how many bytes that were. */
  private take(bytes: Buffer): number {
    if (this.position < this.chunkAt) {
      const skipped = Math.min(this.chunkAt - this.position, bytes.length);
      if (this.exif !== null && this.exif.length < this.exifBytes) this.keepExif(bytes.subarray(0, skipped));
      return skipped;
    }
    const missing = Math.min(CHUNK_HEADER_BYTES - this.header.length, bytes.length);
    this.header = Buffer.concat([this.header, bytes.subarray(0, missing)]);
    if (this.header.length === CHUNK_HEADER_BYTES) this.enterChunk(this.position + missing);
    else this.chunkAt = this.position + missing;
    return missing;
  }

  private enterChunk(dataAt: number): void {
    const length = this.header.readUInt32LE(4);
    if (this.exif === null && this.header.readUInt32BE(0) === EXIF) {
      this.exif = Buffer.alloc(0);
      this.exifBytes = length;
    }
    this.header = Buffer.alloc(0);
    this.chunkAt = dataAt + length + (length % 2);
  }

  private keepExif(bytes: Buffer): void {
    const exif = this.exif ?? Buffer.alloc(0);
    const wanted = Math.min(this.exifBytes, MAX_EXIF_BYTES) - exif.length;
    this.exif = Buffer.concat([exif, bytes.subarray(0, Math.max(0, wanted))]);
  }
}
