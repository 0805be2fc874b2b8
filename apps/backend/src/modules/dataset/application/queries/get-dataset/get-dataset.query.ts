import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { DatasetView } from '../../ports/dataset-read-model.port.js';

export class GetDatasetQuery extends Query<DatasetView> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
  ) {
    super();
  }
}
