import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { ImportView } from '../../ports/import-queue.port.js';

/** Background imports of a dataset, newest first. */
export class ListImportsQuery extends Query<readonly ImportView[]> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
  ) {
    super();
  }
}
