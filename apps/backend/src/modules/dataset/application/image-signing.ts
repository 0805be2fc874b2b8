import type { ImageUrls, PresignedRead } from './ports/image-urls.port.js';
import type { ImageView } from './ports/image-list.port.js';

export interface SignedImage {
  readonly image: ImageView;
  readonly url: string | null;
  readonly previewUrl: string | null;
  readonly thumbnailUrl: string | null;
  /** Of its URLs; null where it has none. */
  readonly expiresAt: Date | null;
}

/** URLs for an image; the caller has checked that the reader may see it. */
export function signImage(urls: ImageUrls, datasetId: string, image: ImageView): SignedImage {
  const original: PresignedRead | null = image.objectKey === null ? null : urls.original(image.objectKey, image.format);
  const thumbnail = image.thumbnailAt === null ? null : urls.thumbnail(datasetId, image.number);
  const preview = image.thumbnailAt === null ? null : urls.preview(datasetId, image.number);
  // All of a dataset are signed in one window.
  return { image, url: original?.url ?? null, thumbnailUrl: thumbnail?.url ?? null, previewUrl: preview?.url ?? null, expiresAt: earliest(original, thumbnail) };
}

function earliest(one: PresignedRead | null, other: PresignedRead | null): Date | null {
  if (one === null || other === null) return one?.expiresAt ?? other?.expiresAt ?? null;
  return one.expiresAt < other.expiresAt ? one.expiresAt : other.expiresAt;
}
