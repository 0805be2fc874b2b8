import { datasetIdSchema } from '@app/contracts';
import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AccessPolicy } from '../../../../platform/auth/access-policy.js';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { ApiAnswer, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { DatasetAccess } from '../../../dataset/index.js';
import { CostForecaster } from '../../application/cost-forecaster.js';
import { CostReader } from '../../application/cost-reader.js';
import { costResponse, forecastQuery, forecastResponse, toCost, toForecast, type CostResponse, type ForecastQuery, type ForecastResponse } from './cost.schemas.js';

/** What the object store costs. */
@ApiTags('cost')
@Controller({ version: '1' })
export class CostController {
  constructor(
    private readonly datasets: DatasetAccess,
    private readonly reader: CostReader,
    private readonly forecaster: CostForecaster,
  ) {}

  @Get('cost')
  @RequireScope('admin')
  @ApiAnswer(200, costResponse, 'What the installation costs: bytes in the store, operations counted this month, and a forecast. An estimate: what is free every month and what R2 rounds up is not in it.')
  async installation(@CurrentPrincipal() principal: Principal): Promise<CostResponse> {
    AccessPolicy.assertAdministrator(principal);
    return toCost(await this.reader.estimate(null));
  }

  @Get('datasets/:id/cost')
  @RequireScope('read')
  @ApiAnswer(200, costResponse, 'What the dataset costs.')
  async dataset(@CurrentPrincipal() principal: Principal, @ZodParam('id', datasetIdSchema) id: string): Promise<CostResponse> {
    await this.datasets.check(principal, id, 'read');
    return toCost(await this.reader.estimate(id));
  }

  @Get('datasets/:id/cost/forecast')
  @RequireScope('read')
  @ApiAnswer(200, forecastResponse, 'What an action would ask of the store, before it is done. Does nothing.')
  async forecast(@CurrentPrincipal() principal: Principal, @ZodParam('id', datasetIdSchema) id: string, @ZodQuery(forecastQuery) { action, version, epochs }: ForecastQuery): Promise<ForecastResponse> {
    await this.datasets.check(principal, id, 'read');
    return toForecast(action, await this.forecaster.forecast(id, { action, epochs, ...(version === undefined ? {} : { version }) }));
  }
}
