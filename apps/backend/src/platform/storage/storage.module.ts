import { MultipartUploads, ObjectStore, Presigner, S3MultipartUploads, S3ObjectStore, SigV4Presigner } from '@app/object-store';
import { Global, Module } from '@nestjs/common';
import { BackendConfig } from '../../config/backend-config.js';
import { DeletionReleaser } from './deletion-releaser.js';
import { HeldDeletions } from './held-deletions.js';
import { StoreExamination } from './store-examination.js';
import { StoreHealthController } from './store-health.controller.js';

@Global()
@Module({
  controllers: [StoreHealthController],
  providers: [
    StoreExamination,
    HeldDeletions,
    DeletionReleaser,
    { provide: ObjectStore, inject: [BackendConfig], useFactory: (config: BackendConfig) => new S3ObjectStore(config.store) },
    { provide: MultipartUploads, inject: [BackendConfig], useFactory: (config: BackendConfig) => new S3MultipartUploads(config.store) },
    // URLs are for browsers and workers: signed for the address that they use.
    { provide: Presigner, inject: [BackendConfig], useFactory: (config: BackendConfig) => new SigV4Presigner({ ...config.store, endpoint: config.store.publicEndpoint }) },
  ],
  exports: [HeldDeletions, ObjectStore, MultipartUploads, Presigner],
})
export class StorageModule {}
