import type { ImageFormat } from '../../domain/image-name.js';

export interface PresignedRead {
  readonly url: string;
  readonly expiresAt: Date;
}

/** Presigned URLs of an image's objects; callers check the permission first. The same inside a signing window. */
export abstract class ImageUrls {
  /** Served as the type that its bytes have, whatever an object that was registered says of itself. */
  abstract original(key: string, format: ImageFormat): PresignedRead;
  abstract thumbnail(datasetId: string, number: number): PresignedRead;
  abstract preview(datasetId: string, number: number): PresignedRead;
}
