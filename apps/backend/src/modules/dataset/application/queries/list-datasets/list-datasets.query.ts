import type { TaskType } from '@app/contracts';
import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { DatasetSort, DatasetView } from '../../ports/dataset-read-model.port.js';

export interface DatasetListInput {
  readonly search?: string;
  readonly taskType?: TaskType;
  readonly trashed: boolean;
  readonly sort: DatasetSort;
  readonly limit: number;
  readonly after?: { readonly key: string; readonly id: string };
}

export class ListDatasetsQuery extends Query<readonly DatasetView[]> {
  constructor(
    readonly principal: Principal,
    readonly input: DatasetListInput,
  ) {
    super();
  }
}
