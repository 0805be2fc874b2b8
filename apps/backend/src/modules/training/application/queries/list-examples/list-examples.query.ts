import type { ValidationExample } from '@app/contracts';
import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';

export interface ExamplePage {
  readonly items: readonly ValidationExample[];
  /** Where the next page begins; null: there is none. */
  readonly next: number | null;
}

export class ListExamplesQuery extends Query<ExamplePage> {
  constructor(
    readonly principal: Principal,
    readonly jobId: string,
    /** `after`: so many are left out. */
    readonly page: { readonly after: number; readonly limit: number },
  ) {
    super();
  }
}
