import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { DatasetCut } from '../../ports/live-view.port.js';

/** The dataset as it is now, for who may read it; who asks closes it. */
export class OpenViewQuery extends Query<DatasetCut> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
  ) {
    super();
  }
}
