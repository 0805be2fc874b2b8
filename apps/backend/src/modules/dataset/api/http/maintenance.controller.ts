import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { ApiAnswer, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { PlanPurgeQuery } from '../../application/queries/plan-purge/plan-purge.query.js';
import { purgePlanQuery, purgePlanResponse, toPurgePlan, type PurgePlanRequest, type PurgePlanResponse } from './dto/maintenance.schemas.js';

/** For the administrator of the installation. */
@ApiTags('maintenance')
@Controller({ path: 'maintenance', version: '1' })
export class MaintenanceController {
  constructor(private readonly queries: QueryBus) {}

  @Get('trash')
  @RequireScope('admin')
  @ApiAnswer(200, purgePlanResponse, 'What lies in the trash and when it is removed for good. Removes nothing.')
  async trash(@CurrentPrincipal() principal: Principal, @ZodQuery(purgePlanQuery) query: PurgePlanRequest): Promise<PurgePlanResponse> {
    return toPurgePlan(await this.queries.execute(new PlanPurgeQuery(principal, query.limit)));
  }
}
