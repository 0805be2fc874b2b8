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
    const all = job.examples === null ? null : await this.examples.open(job.examples);
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
