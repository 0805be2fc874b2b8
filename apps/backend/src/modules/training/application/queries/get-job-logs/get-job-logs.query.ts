import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';

export interface LogLine {
  readonly seq: number;
  readonly at: Date;
  readonly line: string;
}

export class GetJobLogsQuery extends Query<readonly LogLine[]> {
  constructor(
    readonly principal: Principal,
    readonly jobId: string,
    readonly page: { readonly afterSeq: number; readonly limit: number },
  ) {
    super();
  }
}
