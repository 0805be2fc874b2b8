import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { AccessPolicy } from '../auth/access-policy.js';
import { CurrentPrincipal, RequireScope } from '../auth/decorators.js';
import type { Principal } from '../auth/principal.js';
import { ApiAnswer } from '../http/zod-decorators.js';
import { StoreExamination } from './store-examination.js';

const storeHealthResponse = z.object({
  state: z.enum(['off', 'waiting', 'running', 'done']),
  fit: z.boolean().nullable().describe('false when something failed that must hold; null until the examination is done'),
  finished_at: z.iso.datetime().nullable(),
  checks: z.array(
    z.object({
      id: z.string(),
      means: z.string().describe('what holds when it passes'),
      severity: z.enum(['must', 'should']),
      ok: z.boolean(),
      detail: z.string().describe('what was seen'),
      advice: z.string().nullable().describe('the setting to change'),
    }),
  ),
});
type StoreHealthResponse = z.infer<typeof storeHealthResponse>;

/** How the store stands, for the administrator of the installation. */
@ApiTags('maintenance')
@Controller({ path: 'maintenance', version: '1' })
export class StoreHealthController {
  constructor(private readonly examination: StoreExamination) {}

  @Get('store')
  @RequireScope('admin')
  @ApiAnswer(200, storeHealthResponse, 'The last examination of the store by this replica, made after its start.')
  store(@CurrentPrincipal() principal: Principal): StoreHealthResponse {
    AccessPolicy.assertAdministrator(principal);
    const { state, fit, checks, finishedAt } = this.examination.last;
    return { state, fit, finished_at: finishedAt?.toISOString() ?? null, checks: checks.map((check) => ({ ...check })) };
  }
}
