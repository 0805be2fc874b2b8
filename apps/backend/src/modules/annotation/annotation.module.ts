import { Module } from '@nestjs/common';
import { DatasetModule } from '../dataset/index.js';
import { AnnotationsController } from './api/http/annotations.controller.js';
import { ClassesController } from './api/http/classes.controller.js';
import { LiveViewController } from './api/http/live-view.controller.js';
import { AnnotationEditor } from './application/annotation-editor.js';
import { AnnotationReader } from './application/annotation-reader.js';
import { LabelWatchers } from './application/label-watchers.js';
import { ProposedLabels } from './application/proposed-labels.js';
import { AnnotationWriter } from './application/annotation-writer.js';
import { ClassIntake } from './application/class-intake.js';
import { ClassCatalogue } from './application/class-catalogue.js';
import { DatasetRollback } from './application/dataset-rollback.js';
import { ChangeClassesHandler } from './application/commands/change-classes/change-classes.handler.js';
import { EditAnnotationsHandler } from './application/commands/edit-annotations/edit-annotations.handler.js';
import { LoadLabelsHandler } from './application/commands/load-labels/load-labels.handler.js';
import { RestoreAnnotationsHandler } from './application/commands/restore-annotations/restore-annotations.handler.js';
import { LabelIntake } from './application/label-intake.js';
import { AnnotationStore } from './application/ports/annotation-store.port.js';
import { ClassStore } from './application/ports/class-store.port.js';
import { LabelSource } from './application/ports/label-source.port.js';
import { DatasetPositions } from './application/ports/dataset-positions.port.js';
import { LiveView } from './application/ports/live-view.port.js';
import { LoadedLabelsStore } from './application/ports/loaded-labels.port.js';
import { ViewClaims } from './application/ports/view-claims.port.js';
import { ViewStorage } from './application/ports/view-storage.port.js';
import { ViewWriter } from './application/view-writer.js';
import { GetAnnotationsHandler } from './application/queries/get-annotations/get-annotations.handler.js';
import { ListClassesHandler } from './application/queries/list-classes/list-classes.handler.js';
import { ListHistoryHandler } from './application/queries/list-history/list-history.handler.js';
import { OpenViewHandler } from './application/queries/open-view/open-view.handler.js';
import { SqlDatasetPositions } from './infrastructure/at-position/sql-dataset-positions.js';
import { LabelLoader } from './infrastructure/label-loader.js';
import { BucketViewStorage } from './infrastructure/live-view/bucket-view-storage.js';
import { SqlViewClaims } from './infrastructure/live-view/sql-view-claims.js';
import { ViewMaterialiser } from './infrastructure/live-view/view-materialiser.js';
import { SqlLiveView } from './infrastructure/live-view/sql-live-view.js';
import { SqlAnnotationStore } from './infrastructure/sql-annotation-store.js';
import { SqlClassStore } from './infrastructure/sql-class-store.js';
import { SqlLoadedLabelsStore } from './infrastructure/sql-loaded-labels-store.js';
import { SqlStatements } from './infrastructure/sql-statements.js';
import { ZipLabelSource } from './infrastructure/zip-label-source.js';

@Module({
  imports: [DatasetModule],
  controllers: [AnnotationsController, LiveViewController, ClassesController],
  providers: [
    ...[EditAnnotationsHandler, RestoreAnnotationsHandler, LoadLabelsHandler, GetAnnotationsHandler, ListHistoryHandler, OpenViewHandler, ChangeClassesHandler, ListClassesHandler],
    ...[AnnotationEditor, AnnotationReader, DatasetRollback, AnnotationWriter, ClassCatalogue, ClassIntake, LabelIntake, SqlStatements, LabelLoader, LabelWatchers, ProposedLabels, ViewWriter, ViewMaterialiser],
    { provide: AnnotationStore, useClass: SqlAnnotationStore },
    { provide: ClassStore, useClass: SqlClassStore },
    { provide: LabelSource, useClass: ZipLabelSource },
    { provide: LiveView, useClass: SqlLiveView },
    { provide: DatasetPositions, useClass: SqlDatasetPositions },
    { provide: ViewClaims, useClass: SqlViewClaims },
    { provide: ViewStorage, useClass: BucketViewStorage },
    { provide: LoadedLabelsStore, useClass: SqlLoadedLabelsStore },
  ],
  exports: [LabelWatchers, ProposedLabels, DatasetRollback, AnnotationWriter, AnnotationReader, ClassIntake, LabelIntake, LiveView, DatasetPositions],
})
export class AnnotationModule {}
