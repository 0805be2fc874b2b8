import { jobIdSchema } from '@app/contracts';
import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { ApiAnswer, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { ListExamplesQuery } from '../../application/queries/list-examples/list-examples.query.js';
import { exampleListResponse, listExamplesQuery, type ExampleListResponse, type ListExamplesRequest } from './dto/examples.js';

@ApiTags('training')
@Controller({ path: 'training/jobs/:id/examples', version: '1' })
export class ExamplesController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @RequireScope('read')
  @ApiAnswer(200, exampleListResponse, 'Validation images of a completed training, the worst first: what people say and what the model says. Empty where there are none.')
  async list(@CurrentPrincipal() principal: Principal, @ZodParam('id', jobIdSchema) id: string, @ZodQuery(listExamplesQuery) query: ListExamplesRequest): Promise<ExampleListResponse> {
    const { items, next } = await this.queries.execute(new ListExamplesQuery(principal, id, { after: query.after, limit: query.limit }));
    return { items: [...items], next };
  }
}
