import { Module } from '@nestjs/common';
import { AnnotationModule } from '../annotation/index.js';
import { DatasetModule } from '../dataset/index.js';
import { SnapshotModule } from '../snapshot/index.js';
import { TrainingModule } from '../training/index.js';
import { ModelRunsController } from './api/http/model-runs.controller.js';
import { ModelsController } from './api/http/models.controller.js';
import { DatasetModelsController } from './api/http/dataset-models.controller.js';
import { SuggestionsController } from './api/http/suggestions.controller.js';
import { CoveredMasks } from './application/covered-masks.js';
import { ImageNaming } from './application/image-naming.js';
import { ModelAccess } from './application/model-access.js';
import { ModelRegistry } from './application/model-registry.js';
import { ModelRuns } from './application/model-runs.js';
import { ModelUploads } from './application/model-uploads.js';
import { ImagePredictor } from './application/ports/image-predictor.port.js';
import { ModelFiles } from './application/ports/model-files.port.js';
import { ModelInspector } from './application/ports/model-inspector.port.js';
import { ModelStore } from './application/ports/model-store.port.js';
import { RunStore } from './application/ports/run-store.port.js';
import { SuggestionStore } from './application/ports/suggestion-store.port.js';
import { Predictions } from './application/predictions.js';
import { ProposalIntake } from './application/proposal-intake.js';
import { RunSettlement } from './application/run-settlement.js';
import { RunWorker } from './application/run-worker.js';
import { SuggestionDesk } from './application/suggestion-desk.js';
import { BucketModelFiles } from './infrastructure/bucket-model-files.js';
import { ForkedModelInspector, InspectorProgram } from './infrastructure/inspector/forked-model-inspector.js';
import { NatsImagePredictor } from './infrastructure/nats-image-predictor.js';
import { RunRounds } from './infrastructure/run-rounds.js';
import { SqlModelStore } from './infrastructure/sql-model-store.js';
import { ModelCleanUps } from './infrastructure/model-clean-ups.js';
import { SqlModelUses } from './infrastructure/sql-model-uses.js';
import { SqlRunStore } from './infrastructure/sql-run-store.js';
import { SqlSuggestionStore } from './infrastructure/sql-suggestion-store.js';

@Module({
  imports: [AnnotationModule, DatasetModule, SnapshotModule, TrainingModule],
  controllers: [ModelsController, DatasetModelsController, ModelRunsController, SuggestionsController],
  providers: [
    ...[ModelAccess, ModelRegistry, ModelUploads, ModelRuns, Predictions, SuggestionDesk, CoveredMasks, ImageNaming, ProposalIntake, RunSettlement, RunWorker, RunRounds, InspectorProgram, SqlModelUses, ModelCleanUps],
    { provide: ModelStore, useClass: SqlModelStore },
    { provide: RunStore, useClass: SqlRunStore },
    { provide: SuggestionStore, useClass: SqlSuggestionStore },
    { provide: ModelFiles, useClass: BucketModelFiles },
    { provide: ModelInspector, useClass: ForkedModelInspector },
    { provide: ImagePredictor, useClass: NatsImagePredictor },
  ],
})
export class ModelModule {}
