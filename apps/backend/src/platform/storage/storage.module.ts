import { MeteredPresigner, MultipartUploads, ObjectStore, Presigner, S3MultipartUploads, S3ObjectStore, SigV4Presigner, StoreMeter } from '@app/object-store';
import { Metrics } from '@app/observability';
import { Global, Module } from '@nestjs/common';
import { BackendConfig } from '../../config/backend-config.js';
import { DeletionReleaser } from './deletion-releaser.js';
import { HeldDeletions } from './held-deletions.js';
import { OperationLedger } from './operation-ledger.js';
import { StoreCleanUps } from './store-clean-ups.js';
import { ScopeOwners } from './scope-owners.js';
import { StoreExamination } from './store-examination.js';
import { StoreInventory } from './store-inventory.js';
import { StoreHealthController } from './store-health.controller.js';

@Global()
@Module({
  controllers: [StoreHealthController],
  providers: [
    StoreExamination,
    HeldDeletions,
    DeletionReleaser,
    ...[OperationLedger, ScopeOwners, StoreCleanUps, StoreInventory],
    // Every request and every URL of this process goes by it.
    { provide: StoreMeter, inject: [Metrics], useFactory: (metrics: Metrics) => new StoreMeter(undefined, (sent, times) => metrics.count('vision_store_operations_total', sent, times)) },
    { provide: ObjectStore, inject: [BackendConfig, StoreMeter], useFactory: (config: BackendConfig, meter: StoreMeter) => new S3ObjectStore({ ...config.store, meter }) },
    { provide: MultipartUploads, inject: [BackendConfig, StoreMeter], useFactory: (config: BackendConfig, meter: StoreMeter) => new S3MultipartUploads({ ...config.store, meter }) },
    // URLs are for browsers and workers: signed for the address that they use.
    { provide: Presigner, inject: [BackendConfig, StoreMeter], useFactory: (config: BackendConfig, meter: StoreMeter) => new MeteredPresigner(new SigV4Presigner({ ...config.store, endpoint: config.store.publicEndpoint }), meter) },
  ],
  exports: [HeldDeletions, ObjectStore, MultipartUploads, Presigner, StoreMeter, OperationLedger, StoreInventory],
})
export class StorageModule {}
