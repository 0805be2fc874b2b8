import type { ImageItem } from '../../../api/types.js';
import type { ImageAddresses } from '../../../engine/images/index.js';

/** Where an image of the list lies, for the picture loader. */
export function addressesOf(image: ImageItem): ImageAddresses {
  return {
    imageId: image.id,
    width: image.width,
    height: image.height,
    sizeBytes: image.size_bytes,
    url: image.url,
    previewUrl: image.preview_url,
    expiresAt: image.expires_at === null ? Infinity : Date.parse(image.expires_at),
  };
}
