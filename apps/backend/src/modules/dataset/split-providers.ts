import type { Provider, Type } from '@nestjs/common';
import { SplitsController } from './api/http/splits.controller.js';
import { ApplySplitHandler } from './application/commands/apply-split/apply-split.handler.js';
import { SplitOfNewImages } from './application/split-of-new-images.js';
import { SplitPlanner } from './application/split-planner.js';
import { SplitStore } from './application/ports/split-store.port.js';
import { GetSplitHandler } from './application/queries/get-split/get-split.handler.js';
import { PreviewSplitHandler } from './application/queries/preview-split/preview-split.handler.js';
import { TypeormSplitStore } from './infrastructure/typeorm-split-store.js';

/** Which images train, validate and test. */
export const SPLIT_CONTROLLERS: Type[] = [SplitsController];

export const SPLIT_PROVIDERS: Provider[] = [ApplySplitHandler, GetSplitHandler, PreviewSplitHandler, SplitPlanner, SplitOfNewImages, { provide: SplitStore, useClass: TypeormSplitStore }];
