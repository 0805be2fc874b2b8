import { createHash } from 'node:crypto';
import { ObjectExists, objectKeys, ObjectStore } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { UnpackedImages, type PackedImage } from '../../application/ports/unpacked-images.port.js';

/** Up to this size an image is put from memory; above it streams in parts. */
const SMALL_BYTES = 8_000_000;

/** The bytes are not those of the image. */
export class OtherBytes extends Error {}

/** Puts images from a zip to their own keys. May be repeated after a crash at any point. */
@Injectable()
export class ImageObjects {
  constructor(
    private readonly store: ObjectStore,
    private readonly images: UnpackedImages,
  ) {}

  /**
   * Reads the bytes to their end, then answers the writing, which may be waited for later: the next image is read meanwhile.
   *
   * @throws OtherBytes; nothing of it was written, or nothing that counts
   */
  async put(datasetId: string, image: PackedImage, file: { readonly sizeBytes: number; readonly bytes: AsyncIterable<Uint8Array>; readonly signal: AbortSignal }): Promise<{ readonly key: string; readonly written: Promise<void> }> {
    const key = objectKeys.image(datasetId, image.number, EXTENSIONS[image.format]);
    const { signal } = file;
    if (file.sizeBytes > SMALL_BYTES) {
      await this.stream(key, image, file);
      return { key, written: Promise.resolve() };
    }
    const bytes = await gathered(file.bytes);
    if (createHash('sha256').update(bytes).digest('hex') !== image.sha256) throw new OtherBytes();
    return { key, written: this.putWhole({ datasetId, key, image }, bytes, signal) };
  }

  private async putWhole(to: { datasetId: string; key: string; image: PackedImage }, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const { datasetId, key, image } = to;
    const contentType = `image/${image.format}`;
    try {
      await this.store.put(key, bytes, { contentType, onlyIfAbsent: true, signal });
    } catch (error) {
      if (!(error instanceof ObjectExists)) throw error;
      // Left by an attempt that did not come to note it, or written past the platform. One that has meanwhile become an image is not touched.
      if ((await this.sha256Of(key, signal)) === image.sha256 || !(await this.images.isPacked(datasetId, image))) return;
      await this.store.put(key, bytes, { contentType, signal });
    }
  }

  /** Overwrites what is there with the same bytes. */
  private async stream(key: string, image: PackedImage, file: { readonly bytes: AsyncIterable<Uint8Array>; readonly signal: AbortSignal }): Promise<void> {
    const { sha256 } = await this.store.upload(key, file.bytes, { contentType: `image/${image.format}`, signal: file.signal });
    if (sha256 === image.sha256) return;
    await this.store.delete([key]);
    throw new OtherBytes();
  }

  private async sha256Of(key: string, signal: AbortSignal): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of (await this.store.get(key, { signal })).body as AsyncIterable<Uint8Array>) hash.update(chunk);
    return hash.digest('hex');
  }
}

const EXTENSIONS = { jpeg: 'jpg', png: 'png', webp: 'webp' } as const;

async function gathered(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}
