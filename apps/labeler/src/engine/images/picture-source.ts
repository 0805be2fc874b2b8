/** Where the bytes of one image are, as the API signed them. */
export interface ImageAddresses {
  readonly imageId: number;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  /** Null while the image is still in the zip that it came in. */
  readonly url: string | null;
  /** At most 1,600 pixels wide; null until it is made. */
  readonly previewUrl: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export type PictureTrouble = 'not-ready' | 'expired' | 'forbidden' | 'missing' | 'cors' | 'network' | 'undecodable' | 'too-large';

export class PictureError extends Error {
  constructor(
    readonly code: PictureTrouble,
    options?: ErrorOptions,
  ) {
    super(`The image cannot be shown: ${code}`, options);
    this.name = 'PictureError';
  }
}

/** A decoded image that takes memory until it is closed. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

export interface PictureSourceOptions<B extends Bitmap> {
  readonly fetch: (url: string, init: { readonly mode: 'cors' | 'no-cors'; readonly signal: AbortSignal; readonly credentials: 'omit' }) => Promise<Response>;
  /** Applies the orientation of the file, as the labels do. */
  readonly decode: (blob: Blob) => Promise<B>;
  /** New addresses of an image whose old ones are refused. */
  readonly sign: (imageId: number, signal: AbortSignal) => Promise<ImageAddresses>;
  readonly now?: () => number;
}

export type PictureKind = 'full' | 'preview';

/** Addresses are not used in their last minutes: the clock of this machine may be wrong, and a large image takes its time. */
const EARLY_MILLISECONDS = 5 * 60_000;
/** More pixels than a browser decodes for sure; such an image is shown by its preview. */
const MOST_PIXELS = 100_000_000;

/** Fetches and decodes images straight from the store. Whatever fails is tried once more with a fresh address, and then told by its cause. */
export class PictureSource<B extends Bitmap> {
  private readonly signed = new Map<number, ImageAddresses>();
  private readonly now: () => number;

  constructor(private readonly options: PictureSourceOptions<B>) {
    this.now = options.now ?? Date.now;
  }

  /** Throws `PictureError`, or what `signal` was aborted with. */
  async load(given: ImageAddresses, kind: PictureKind, signal: AbortSignal): Promise<B> {
    const known = this.newest(given);
    const isStale = known.expiresAt - EARLY_MILLISECONDS <= this.now();
    const first = isStale ? await this.sign(given.imageId, signal) : known;
    try {
      return await this.read(addressOf(first, kind), signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isStale || !(error instanceof PictureError) || error.code === 'undecodable' || error.code === 'too-large' || error.code === 'not-ready') throw error;
      return this.read(addressOf(await this.signAfter(error, given.imageId, signal), kind), signal);
    }
  }

  /** Where there is no network for an address either, that is the cause, and not the address. */
  private async signAfter(failed: PictureError, imageId: number, signal: AbortSignal): Promise<ImageAddresses> {
    try {
      return await this.sign(imageId, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw failed.code === 'network' ? failed : error;
    }
  }

  private newest(given: ImageAddresses): ImageAddresses {
    const own = this.signed.get(given.imageId);
    return own !== undefined && own.expiresAt > given.expiresAt ? own : given;
  }

  private async sign(imageId: number, signal: AbortSignal): Promise<ImageAddresses> {
    try {
      const fresh = await this.options.sign(imageId, signal);
      this.signed.set(imageId, fresh);
      return fresh;
    } catch (error) {
      signal.throwIfAborted();
      throw new PictureError('expired', { cause: error });
    }
  }

  private async read(url: string, signal: AbortSignal): Promise<B> {
    const blob = await this.bytes(url, signal);
    signal.throwIfAborted();
    const bitmap = await this.decode(blob);
    // Broken off while it was decoded: another of the same image may be on the screen already.
    if (signal.aborted) bitmap.close();
    signal.throwIfAborted();
    return bitmap;
  }
  private async decode(blob: Blob): Promise<B> {
    try {
      return await this.options.decode(blob);
    } catch (error) {
      throw new PictureError('undecodable', { cause: error });
    }
  }

  private async bytes(url: string, signal: AbortSignal): Promise<Blob> {
    let response: Response;
    try {
      response = await this.options.fetch(url, { mode: 'cors', signal, credentials: 'omit' });
    } catch (error) {
      signal.throwIfAborted();
      throw new PictureError(await this.causeOf(url, signal), { cause: error });
    }
    if (response.ok) return response.blob();
    throw new PictureError(response.status === 404 ? 'missing' : 'forbidden');
  }

  /** A browser says no more than "failed": where the same address answers without CORS, it is the bucket's rule. */
  private async causeOf(url: string, signal: AbortSignal): Promise<PictureTrouble> {
    try {
      await this.options.fetch(url, { mode: 'no-cors', signal, credentials: 'omit' });
      return 'cors';
    } catch {
      signal.throwIfAborted();
      return 'network';
    }
  }
}

function addressOf({ url, previewUrl, width, height }: ImageAddresses, kind: PictureKind): string {
  const isTooLarge = width * height > MOST_PIXELS;
  if (kind === 'preview' || isTooLarge) {
    if (previewUrl !== null) return previewUrl;
    throw new PictureError(isTooLarge ? 'too-large' : 'not-ready');
  }
  if (url === null) throw new PictureError('not-ready');
  return url;
}
