import { PictureCache } from './picture-cache.js';
import { PictureSource, type Bitmap, type ImageAddresses, type PictureSourceOptions } from './picture-source.js';

export interface PictureLoaderOptions<B extends Bitmap> extends PictureSourceOptions<B> {
  readonly capBytes: number;
  /** Requests for images to come, beside the one for the image on the screen. */
  readonly atOnce?: number;
}

export interface Shown<B extends Bitmap> {
  readonly bitmap: B;
  /** Smaller than the image; the image itself follows. */
  readonly isPreview: boolean;
}

/** From here on a preview is there so much earlier that it is worth its own request. */
const PREVIEW_FROM_BYTES = 1_500_000;
const AT_ONCE = 3;

/**
 * The images of the labeler: the one on the screen as soon as it can be, and the next ones before they are asked for. What was fetched ahead and is
 * not wanted any more is broken off.
 */
export class PictureLoader<B extends Bitmap> {
  private readonly cache: PictureCache<B>;
  private readonly source: PictureSource<B>;
  private readonly running = new Map<number, { readonly done: Promise<B>; readonly abort: AbortController }>();
  private queue: readonly ImageAddresses[] = [];
  private wanted: ReadonlySet<number> = new Set();
  private current: number | null = null;
  private readonly atOnce: number;

  constructor(options: PictureLoaderOptions<B>) {
    this.cache = new PictureCache(options.capBytes);
    this.source = new PictureSource(options);
    this.atOnce = options.atOnce ?? AT_ONCE;
  }

  /** There at once, without a frame between. */
  ready(imageId: number): B | null {
    return this.cache.get(imageId) ?? null;
  }

  /**
   * Hands out the preview first where the image is large, then the image. Ends with the image; throws `PictureError`. Another call makes this one end
   * without a word: somebody went on.
   */
  async show(image: ImageAddresses, onPicture: (shown: Shown<B>) => void): Promise<void> {
    const { imageId } = image;
    this.current = imageId;
    const cached = this.cache.get(imageId);
    this.cache.pin(imageId);
    if (cached !== undefined) return onPicture({ bitmap: cached, isPreview: false });
    this.breakOff();
    const full = this.fetchFull(image);
    void this.preview(image, full, onPicture);
    try {
      const bitmap = await full;
      if (this.current === imageId) onPicture({ bitmap, isPreview: false });
    } catch (error) {
      if (this.current === imageId) throw error;
    } finally {
      this.pump();
    }
  }

  /** What will be looked at next, the nearest first. Everything else that was fetched ahead is broken off. */
  prefetch(images: readonly ImageAddresses[]): void {
    this.wanted = new Set(images.map((one) => one.imageId));
    this.breakOff();
    this.queue = images;
    this.pump();
  }

  close(): void {
    this.current = null;
    this.queue = [];
    for (const { abort } of this.running.values()) abort.abort();
    this.cache.clear();
  }

  /** Whoever runs through the images waits for the last one only, and not behind those that he left. */
  private breakOff(): void {
    for (const [id, { abort }] of this.running) if (id !== this.current && !this.wanted.has(id)) abort.abort();
  }
  private pump(): void {
    // The image that somebody waits for has the line to itself.
    if (this.current !== null && this.running.has(this.current)) return;
    for (const image of this.queue) {
      if (this.running.size >= this.atOnce) return;
      if (this.cache.has(image.imageId) || this.running.has(image.imageId)) continue;
      this.queue = this.queue.filter((one) => one !== image);
      // Whoever comes to it asks again, and is told then.
      void this.fetchFull(image)
        .catch(() => undefined)
        .finally(() => this.pump());
    }
  }

  private fetchFull(image: ImageAddresses): Promise<B> {
    const running = this.running.get(image.imageId);
    if (running !== undefined && !running.abort.signal.aborted) return running.done;
    const abort = new AbortController();
    const done = this.source
      .load(image, 'full', abort.signal)
      .then((bitmap) => {
        this.cache.put(image.imageId, bitmap);
        return bitmap;
      })
      .finally(() => {
        if (this.running.get(image.imageId)?.abort === abort) this.running.delete(image.imageId);
      });
    this.running.set(image.imageId, { done, abort });
    return done;
  }

  private async preview(image: ImageAddresses, full: Promise<B>, onPicture: (shown: Shown<B>) => void): Promise<void> {
    if (image.previewUrl === null || image.sizeBytes < PREVIEW_FROM_BYTES) return;
    const abort = new AbortController();
    const isOver = full.then(
      () => abort.abort(),
      () => abort.abort(),
    );
    try {
      const bitmap = await this.source.load(image, 'preview', abort.signal);
      if (this.current === image.imageId && !abort.signal.aborted) onPicture({ bitmap, isPreview: true });
      else bitmap.close();
    } catch {
      // The image itself is on its way, and says what is wrong.
    }
    await isOver;
  }
}

