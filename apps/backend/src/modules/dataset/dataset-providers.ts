import type { Provider, Type } from '@nestjs/common';
import { DatasetEventsController } from './api/http/dataset-events.controller.js';
import { DatasetsController } from './api/http/datasets.controller.js';
import { MaintenanceController } from './api/http/maintenance.controller.js';
import { MembersController } from './api/http/members.controller.js';
import { UploadsController } from './api/http/uploads.controller.js';
import { CreateDatasetHandler } from './application/commands/create-dataset/create-dataset.handler.js';
import { MakeDemoDatasetHandler } from './application/commands/make-demo-dataset/make-demo-dataset.handler.js';
import { PurgeDatasetsHandler } from './application/commands/purge-datasets/purge-datasets.handler.js';
import { RemoveMemberHandler } from './application/commands/remove-member/remove-member.handler.js';
import { RestoreDatasetHandler } from './application/commands/restore-dataset/restore-dataset.handler.js';
import { SetMemberHandler } from './application/commands/set-member/set-member.handler.js';
import { SweepUploadsHandler } from './application/commands/sweep-uploads/sweep-uploads.handler.js';
import { TrashDatasetHandler } from './application/commands/trash-dataset/trash-dataset.handler.js';
import { UpdateDatasetHandler } from './application/commands/update-dataset/update-dataset.handler.js';
import { UploadDatasetHandler } from './application/commands/upload-dataset/upload-dataset.handler.js';
import { DatasetLeavings } from './application/dataset-leavings.js';
import { DatasetAccess } from './application/dataset-access.js';
import { DatasetFeed } from './application/dataset-feed.js';
import { DatasetReader } from './application/dataset-reader.js';
import { DatasetChangeLog } from './application/ports/dataset-change-log.port.js';
import { DatasetChangeReader } from './application/ports/dataset-change-reader.port.js';
import { DatasetFindings } from './application/ports/dataset-findings.port.js';
import { DatasetMembers } from './application/ports/dataset-members.port.js';
import { DatasetReadModel } from './application/ports/dataset-read-model.port.js';
import { DemoPackage } from './application/ports/demo-package.port.js';
import { PackageConverter } from './application/ports/package-converter.port.js';
import { PackageInspector } from './application/ports/package-inspector.port.js';
import { Trash } from './application/ports/trash.port.js';
import { UploadSessions } from './application/ports/upload-sessions.port.js';
import { UploadStorage } from './application/ports/upload-storage.port.js';
import { GetDatasetHandler } from './application/queries/get-dataset/get-dataset.handler.js';
import { GetDownloadHandler } from './application/queries/get-download/get-download.handler.js';
import { GetUploadHandler } from './application/queries/get-upload/get-upload.handler.js';
import { ListDatasetsHandler } from './application/queries/list-datasets/list-datasets.handler.js';
import { ListFindingsHandler } from './application/queries/list-findings/list-findings.handler.js';
import { ListMembersHandler } from './application/queries/list-members/list-members.handler.js';
import { PlanPurgeHandler } from './application/queries/plan-purge/plan-purge.handler.js';
import { ReadChangesHandler } from './application/queries/read-changes/read-changes.handler.js';
import { UploadFeed } from './application/upload-feed.js';
import { DatasetRepository } from './domain/dataset.repository.port.js';
import { BucketUploadStorage } from './infrastructure/bucket-upload-storage.js';
import { GeneratedDemoPackage } from './infrastructure/generated-demo-package.js';
import { IdentityDatasetMembers } from './infrastructure/identity-dataset-members.js';
import { TypeormDatasetChangeLog } from './infrastructure/typeorm-dataset-change-log.js';
import { TypeormDatasetChangeReader } from './infrastructure/typeorm-dataset-change-reader.js';
import { TypeormDatasetFindings } from './infrastructure/typeorm-dataset-findings.js';
import { TypeormDatasetReadModel } from './infrastructure/typeorm-dataset-read-model.js';
import { TypeormDatasetRepository } from './infrastructure/typeorm-dataset.repository.js';
import { TypeormTrash } from './infrastructure/typeorm-trash.js';
import { TypeormUploadSessions } from './infrastructure/typeorm-upload-sessions.js';
import { DatasetCleanUps } from './infrastructure/dataset-clean-ups.js';
import { ZipPackageConverter } from './infrastructure/zip-package-converter.js';
import { ZipPackageInspector } from './infrastructure/zip-package-inspector.js';

const COMMANDS = [CreateDatasetHandler, UploadDatasetHandler, MakeDemoDatasetHandler, UpdateDatasetHandler, TrashDatasetHandler, RestoreDatasetHandler, SetMemberHandler, RemoveMemberHandler];
const SWEEPS = [SweepUploadsHandler, PurgeDatasetsHandler, DatasetCleanUps];
const QUERIES = [ListDatasetsHandler, GetDatasetHandler, GetUploadHandler, GetDownloadHandler, ListFindingsHandler, ListMembersHandler, ReadChangesHandler, PlanPurgeHandler];
const SERVICES = [DatasetAccess, DatasetLeavings, DatasetReader, DatasetFeed, UploadFeed];

/** Datasets themselves: upload, members, trash, who follows them. */
export const DATASET_CONTROLLERS: Type[] = [DatasetsController, DatasetEventsController, MembersController, UploadsController, MaintenanceController];

export const DATASET_PROVIDERS: Provider[] = [
  ...COMMANDS,
  ...SWEEPS,
  ...QUERIES,
  ...SERVICES,
  { provide: DatasetRepository, useClass: TypeormDatasetRepository },
  { provide: DatasetReadModel, useClass: TypeormDatasetReadModel },
  { provide: DatasetChangeLog, useClass: TypeormDatasetChangeLog },
  { provide: DatasetChangeReader, useClass: TypeormDatasetChangeReader },
  { provide: DatasetFindings, useClass: TypeormDatasetFindings },
  { provide: DatasetMembers, useClass: IdentityDatasetMembers },
  { provide: UploadSessions, useClass: TypeormUploadSessions },
  { provide: UploadStorage, useClass: BucketUploadStorage },
  { provide: PackageInspector, useClass: ZipPackageInspector },
  { provide: PackageConverter, useClass: ZipPackageConverter },
  { provide: DemoPackage, useClass: GeneratedDemoPackage },
  { provide: Trash, useClass: TypeormTrash },
];
