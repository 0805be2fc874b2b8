import type { ValidationExample } from '@app/contracts';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { JobAccess } from '../../job-access.js';
import { ValidationExamples } from '../../ports/validation-examples.port.js';
import { ListExamplesQuery, type ExamplePage } from './list-examples.query.js';

@QueryHandler(ListExamplesQuery)
export class ListExamplesHandler implements IQueryHandler<ListExamplesQuery> {
  constructor(
    private readonly access: JobAccess,
    private readonly examples: ValidationExamples,
  ) {}

  async execute({ principal, jobId, page }: ListExamplesQuery): Promise<ExamplePage> {
    const job = await this.access.require(principal, jobId, 'read');
    // Before the end they may be those of an attempt that was lost.
    const all = job.state === 'completed' ? await this.examples.open(job) : null;
    const items: ValidationExample[] = [];
    let at = 0;
    for await (const example of all ?? []) {
      if (items.length === page.limit) return { items, next: at };
      if (at >= page.after) items.push(example);
      at += 1;
    }
    return { items, next: null };
  }
}
