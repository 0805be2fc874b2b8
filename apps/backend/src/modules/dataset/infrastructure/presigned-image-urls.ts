import { objectKeys, Presigner } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { ImageUrls, type PresignedRead } from '../application/ports/image-urls.port.js';
import type { ImageFormat } from '../domain/image-name.js';

@Injectable()
export class PresignedImageUrls extends ImageUrls {
  constructor(private readonly presigner: Presigner) {
    super();
  }

  original(key: string, format: ImageFormat): PresignedRead {
    return this.presigner.presignGet(key, { contentType: `image/${format}` });
  }

  thumbnail(datasetId: string, number: number): PresignedRead {
    return this.presigner.presignGet(objectKeys.thumbnail(datasetId, number));
  }

  preview(datasetId: string, number: number): PresignedRead {
    return this.presigner.presignGet(objectKeys.preview(datasetId, number));
  }
}
