import { Module } from '@nestjs/common';
import { DatasetAccess, DatasetImages } from './application/dataset-access.js';
import { DatasetLeavings } from './application/dataset-leavings.js';
import { ImageIntake } from './application/image-intake.js';
import { DatasetChangeLog } from './application/ports/dataset-change-log.port.js';
import { ImagePutBack } from './application/image-put-back.js';
import { ImportQueue } from './application/ports/import-queue.port.js';
import { BACKGROUND_PROVIDERS } from './background-providers.js';
import { DATASET_CONTROLLERS, DATASET_PROVIDERS } from './dataset-providers.js';
import { DIRECT_UPLOAD_CONTROLLERS, DIRECT_UPLOAD_PROVIDERS } from './direct-upload-providers.js';
import { IMAGE_CONTROLLERS, IMAGE_PROVIDERS } from './image-providers.js';
import { SPLIT_CONTROLLERS, SPLIT_PROVIDERS } from './split-providers.js';

@Module({
  controllers: [...DIRECT_UPLOAD_CONTROLLERS, ...DATASET_CONTROLLERS, ...IMAGE_CONTROLLERS, ...SPLIT_CONTROLLERS],
  providers: [...DATASET_PROVIDERS, ...DIRECT_UPLOAD_PROVIDERS, ...IMAGE_PROVIDERS, ...SPLIT_PROVIDERS, ...BACKGROUND_PROVIDERS],
  exports: [DatasetAccess, DatasetLeavings, DatasetImages, DatasetChangeLog, ImportQueue, ImageIntake, ImagePutBack],
})
export class DatasetModule {}
