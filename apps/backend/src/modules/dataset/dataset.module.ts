import { Module } from '@nestjs/common';
import { DatasetsController } from './api/http/datasets.controller.js';
import { ImageUploadsController } from './api/http/image-uploads.controller.js';
import { ImagesController } from './api/http/images.controller.js';
import { MaintenanceController } from './api/http/maintenance.controller.js';
import { UploadsController } from './api/http/uploads.controller.js';
import { AddImagesHandler } from './application/commands/add-images/add-images.handler.js';
import { AnnounceImagesHandler } from './application/commands/announce-images/announce-images.handler.js';
import { ChangeImagesHandler } from './application/commands/change-images/change-images.handler.js';
import { CompleteImagesHandler } from './application/commands/complete-images/complete-images.handler.js';
import { CreateDatasetHandler } from './application/commands/create-dataset/create-dataset.handler.js';
import { MakeDemoDatasetHandler } from './application/commands/make-demo-dataset/make-demo-dataset.handler.js';
import { PurgeDatasetsHandler } from './application/commands/purge-datasets/purge-datasets.handler.js';
import { RegisterImagesHandler } from './application/commands/register-images/register-images.handler.js';
import { RestoreDatasetHandler } from './application/commands/restore-dataset/restore-dataset.handler.js';
import { SweepImageUploadsHandler } from './application/commands/sweep-image-uploads/sweep-image-uploads.handler.js';
import { SweepOrphansHandler } from './application/commands/sweep-orphans/sweep-orphans.handler.js';
import { SweepUploadsHandler } from './application/commands/sweep-uploads/sweep-uploads.handler.js';
import { TrashDatasetHandler } from './application/commands/trash-dataset/trash-dataset.handler.js';
import { UpdateDatasetHandler } from './application/commands/update-dataset/update-dataset.handler.js';
import { UploadDatasetHandler } from './application/commands/upload-dataset/upload-dataset.handler.js';
import { DatasetAccess, DatasetImages } from './application/dataset-access.js';
import { DatasetReader } from './application/dataset-reader.js';
import { ImageChanges } from './application/image-changes.js';
import { ImageIntake } from './application/image-intake.js';
import { ImageReceiver } from './application/image-receiver.js';
import { DatasetChangeLog } from './application/ports/dataset-change-log.port.js';
import { DatasetFindings } from './application/ports/dataset-findings.port.js';
import { DatasetOwnership } from './application/ports/dataset-ownership.port.js';
import { DatasetReadModel } from './application/ports/dataset-read-model.port.js';
import { DemoPackage } from './application/ports/demo-package.port.js';
import { ImageList } from './application/ports/image-list.port.js';
import { ImageRows } from './application/ports/image-rows.port.js';
import { ImageStorage } from './application/ports/image-storage.port.js';
import { ImageUploads } from './application/ports/image-uploads.port.js';
import { ImageUrls } from './application/ports/image-urls.port.js';
import { ImportAreas } from './application/ports/import-areas.port.js';
import { ImportQueue } from './application/ports/import-queue.port.js';
import { PackageInspector } from './application/ports/package-inspector.port.js';
import { Trash } from './application/ports/trash.port.js';
import { UploadSessions } from './application/ports/upload-sessions.port.js';
import { UploadStorage } from './application/ports/upload-storage.port.js';
import { PrefixRegistration } from './application/prefix-registration.js';
import { GetDatasetHandler } from './application/queries/get-dataset/get-dataset.handler.js';
import { GetDownloadHandler } from './application/queries/get-download/get-download.handler.js';
import { GetImageHandler } from './application/queries/get-image/get-image.handler.js';
import { GetUploadHandler } from './application/queries/get-upload/get-upload.handler.js';
import { ListDatasetsHandler } from './application/queries/list-datasets/list-datasets.handler.js';
import { ListFindingsHandler } from './application/queries/list-findings/list-findings.handler.js';
import { ListImageUploadsHandler } from './application/queries/list-image-uploads/list-image-uploads.handler.js';
import { ListImagesHandler } from './application/queries/list-images/list-images.handler.js';
import { ListImportsHandler } from './application/queries/list-imports/list-imports.handler.js';
import { PlanPurgeHandler } from './application/queries/plan-purge/plan-purge.handler.js';
import { UploadFeed } from './application/upload-feed.js';
import { UploadSlots } from './application/upload-slots.js';
import { DatasetRepository } from './domain/dataset.repository.port.js';
import { BucketImageStorage } from './infrastructure/bucket-image-storage.js';
import { BucketUploadStorage } from './infrastructure/bucket-upload-storage.js';
import { ConfiguredImportAreas } from './infrastructure/configured-import-areas.js';
import { GeneratedDemoPackage } from './infrastructure/generated-demo-package.js';
import { ImageSweeper } from './infrastructure/image-sweeper.js';
import { MembershipDatasetOwnership } from './infrastructure/membership-dataset-ownership.js';
import { PrefixRegistrar } from './infrastructure/prefix-registrar.js';
import { PresignedImageUrls } from './infrastructure/presigned-image-urls.js';
import { TypeormDatasetChangeLog } from './infrastructure/typeorm-dataset-change-log.js';
import { TypeormDatasetFindings } from './infrastructure/typeorm-dataset-findings.js';
import { TypeormDatasetReadModel } from './infrastructure/typeorm-dataset-read-model.js';
import { TypeormDatasetRepository } from './infrastructure/typeorm-dataset.repository.js';
import { TypeormImageList } from './infrastructure/typeorm-image-list.js';
import { TypeormImageRows } from './infrastructure/typeorm-image-rows.js';
import { TypeormImageUploads } from './infrastructure/typeorm-image-uploads.js';
import { TypeormImportQueue } from './infrastructure/typeorm-import-queue.js';
import { TypeormTrash } from './infrastructure/typeorm-trash.js';
import { TypeormUploadSessions } from './infrastructure/typeorm-upload-sessions.js';
import { UploadSweeper } from './infrastructure/upload-sweeper.js';
import { ZipPackageInspector } from './infrastructure/zip-package-inspector.js';

const COMMANDS = [CreateDatasetHandler, UploadDatasetHandler, MakeDemoDatasetHandler, UpdateDatasetHandler, TrashDatasetHandler, RestoreDatasetHandler, SweepUploadsHandler];
const IMAGE_COMMANDS = [AddImagesHandler, AnnounceImagesHandler, CompleteImagesHandler, ChangeImagesHandler, RegisterImagesHandler];
const SWEEPS = [SweepImageUploadsHandler, SweepOrphansHandler, PurgeDatasetsHandler];
const QUERIES = [ListDatasetsHandler, GetDatasetHandler, GetUploadHandler, GetDownloadHandler, ListFindingsHandler];
const IMAGE_QUERIES = [ListImagesHandler, GetImageHandler, ListImageUploadsHandler, ListImportsHandler, PlanPurgeHandler];

@Module({
  // The static paths of uploads come before those with an image's id.
  controllers: [DatasetsController, UploadsController, ImageUploadsController, ImagesController, MaintenanceController],
  providers: [
    ...COMMANDS,
    ...IMAGE_COMMANDS,
    ...SWEEPS,
    ...QUERIES,
    ...IMAGE_QUERIES,
    ...[DatasetAccess, DatasetImages, DatasetReader, UploadFeed, UploadSweeper],
    ...[ImageIntake, ImageReceiver, ImageChanges, UploadSlots, ImageSweeper, PrefixRegistration, PrefixRegistrar],
    { provide: ImportAreas, useClass: ConfiguredImportAreas },
    { provide: DatasetFindings, useClass: TypeormDatasetFindings },
    { provide: Trash, useClass: TypeormTrash },
    { provide: ImageRows, useClass: TypeormImageRows },
    { provide: ImageList, useClass: TypeormImageList },
    { provide: ImageUploads, useClass: TypeormImageUploads },
    { provide: ImageStorage, useClass: BucketImageStorage },
    { provide: ImageUrls, useClass: PresignedImageUrls },
    { provide: DatasetRepository, useClass: TypeormDatasetRepository },
    { provide: DatasetChangeLog, useClass: TypeormDatasetChangeLog },
    { provide: ImportQueue, useClass: TypeormImportQueue },
    { provide: DatasetReadModel, useClass: TypeormDatasetReadModel },
    { provide: UploadSessions, useClass: TypeormUploadSessions },
    { provide: UploadStorage, useClass: BucketUploadStorage },
    { provide: PackageInspector, useClass: ZipPackageInspector },
    { provide: DemoPackage, useClass: GeneratedDemoPackage },
    { provide: DatasetOwnership, useClass: MembershipDatasetOwnership },
  ],
  exports: [DatasetAccess, DatasetImages, DatasetChangeLog, ImportQueue, ImageIntake],
})
export class DatasetModule {}
