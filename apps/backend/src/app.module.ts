import { Clock, SystemClock } from '@app/kernel';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { BackendConfig } from './config/backend-config.js';
import { FsckModule } from './fsck/fsck.module.js';
import { AnnotationModule } from './modules/annotation/index.js';
import { CostModule } from './modules/cost/index.js';
import { DatasetModule } from './modules/dataset/index.js';
import { ExchangeModule } from './modules/exchange/index.js';
import { IdentityModule } from './modules/identity/index.js';
import { ModelModule } from './modules/model/index.js';
import { SnapshotModule } from './modules/snapshot/index.js';
import { TrainingModule } from './modules/training/index.js';
import { AuthGuard } from './platform/auth/auth.guard.js';
import { CleanUpModule } from './platform/clean-up/clean-up.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { ProblemFilter } from './platform/errors/problem.filter.js';
import { HealthController } from './platform/health/health.controller.js';
import { Leaving } from './platform/health/leaving.js';
import { HttpModule } from './platform/http/http.module.js';
import { MessagingModule } from './platform/messaging/messaging.module.js';
import { StorageModule } from './platform/storage/storage.module.js';
import { TelemetryModule } from './platform/telemetry/telemetry.module.js';

/** The only file that lists all feature modules. */
@Global()
@Module({})
export class AppModule {
  static with(config: BackendConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot(), DatabaseModule, StorageModule, TelemetryModule, MessagingModule, HttpModule, CleanUpModule, IdentityModule, DatasetModule, AnnotationModule, ExchangeModule, SnapshotModule, TrainingModule, ModelModule, CostModule, FsckModule],
      controllers: [HealthController],
      providers: [
        { provide: BackendConfig, useValue: config },
        { provide: Clock, useClass: SystemClock },
        Leaving,
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
      exports: [BackendConfig, Clock],
    };
  }
}
