import type { Finding } from '@app/kernel';
import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';

export type NumberedFinding = Finding & { readonly position: number };

/** The warnings that an upload left. */
export class ListFindingsQuery extends Query<readonly NumberedFinding[]> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly page: { readonly after: number; readonly limit: number },
  ) {
    super();
  }
}
