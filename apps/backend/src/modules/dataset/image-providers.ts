import type { Provider, Type } from '@nestjs/common';
import { ImageUploadsController } from './api/http/image-uploads.controller.js';
import { ImagesController } from './api/http/images.controller.js';
import { AddImagesHandler } from './application/commands/add-images/add-images.handler.js';
import { AnnounceImagesHandler } from './application/commands/announce-images/announce-images.handler.js';
import { ChangeImagesHandler } from './application/commands/change-images/change-images.handler.js';
import { CompleteImagesHandler } from './application/commands/complete-images/complete-images.handler.js';
import { SweepImageUploadsHandler } from './application/commands/sweep-image-uploads/sweep-image-uploads.handler.js';
import { SweepOrphansHandler } from './application/commands/sweep-orphans/sweep-orphans.handler.js';
import { DatasetImages } from './application/dataset-access.js';
import { ImagePutBack } from './application/image-put-back.js';
import { ImageChanges } from './application/image-changes.js';
import { ImageIntake } from './application/image-intake.js';
import { ImageReceiver } from './application/image-receiver.js';
import { ImageList } from './application/ports/image-list.port.js';
import { ImageRows } from './application/ports/image-rows.port.js';
import { ImageStorage } from './application/ports/image-storage.port.js';
import { ImageUploads } from './application/ports/image-uploads.port.js';
import { SupersededImages } from './application/ports/superseded-images.port.js';
import { ImageUrls } from './application/ports/image-urls.port.js';
import { GetImageHandler } from './application/queries/get-image/get-image.handler.js';
import { ListImageUploadsHandler } from './application/queries/list-image-uploads/list-image-uploads.handler.js';
import { ListHardestImagesHandler } from './application/queries/list-hardest-images/list-hardest-images.handler.js';
import { ListImagesHandler } from './application/queries/list-images/list-images.handler.js';
import { UploadSlots } from './application/upload-slots.js';
import { BucketImageStorage } from './infrastructure/bucket-image-storage.js';
import { PresignedImageUrls } from './infrastructure/presigned-image-urls.js';
import { SqlSupersededImages } from './infrastructure/sql-superseded-images.js';
import { TypeormImageList } from './infrastructure/typeorm-image-list.js';
import { TypeormImageRows } from './infrastructure/typeorm-image-rows.js';
import { TypeormImageUploads } from './infrastructure/typeorm-image-uploads.js';

const COMMANDS = [AddImagesHandler, AnnounceImagesHandler, CompleteImagesHandler, ChangeImagesHandler];
const SWEEPS = [SweepImageUploadsHandler, SweepOrphansHandler];
const QUERIES = [ListImagesHandler, ListHardestImagesHandler, GetImageHandler, ListImageUploadsHandler];
const SERVICES = [DatasetImages, ImageIntake, ImageReceiver, ImageChanges, ImagePutBack, UploadSlots];

/** Single images: how they come, are listed, changed and removed. The static paths of uploads stand before those with an image's id. */
export const IMAGE_CONTROLLERS: Type[] = [ImageUploadsController, ImagesController];

export const IMAGE_PROVIDERS: Provider[] = [
  ...COMMANDS,
  ...SWEEPS,
  ...QUERIES,
  ...SERVICES,
  { provide: ImageRows, useClass: TypeormImageRows },
  { provide: ImageList, useClass: TypeormImageList },
  { provide: ImageUploads, useClass: TypeormImageUploads },
  { provide: ImageStorage, useClass: BucketImageStorage },
  { provide: SupersededImages, useClass: SqlSupersededImages },
  { provide: ImageUrls, useClass: PresignedImageUrls },
];
