import { datasetIdSchema } from '@app/contracts';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { AccessPolicy } from '../platform/auth/access-policy.js';
import { CurrentPrincipal, RequireScope } from '../platform/auth/decorators.js';
import type { Principal } from '../platform/auth/principal.js';
import { ApiAnswer, ZodBody } from '../platform/http/zod-decorators.js';
import { FsckRuns, type FsckRun } from './fsck-runs.js';

const fsckBody = z.strictObject({
  deep: z.boolean().default(false).describe('read the bytes of images and zips and compare their SHA-256; damaged zips are made again'),
  dataset_id: datasetIdSchema.optional().describe('one dataset only'),
});
type FsckBody = z.infer<typeof fsckBody>;

const fsckResponse = z.object({
  state: z.enum(['none', 'running', 'done', 'failed']).describe('failed: it could not look, the log of the backend says why'),
  deep: z.boolean().nullable(),
  dataset_id: datasetIdSchema.nullable().describe('null: all'),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  count: z.number().int().describe('differences found so far'),
  differences: z.array(z.object({ code: z.string(), where: z.string(), detail: z.string(), advice: z.string().describe('what to do') })).describe('the first 1,000'),
});
type FsckResponse = z.infer<typeof fsckResponse>;

/** Differences between database, bucket, manifests and zips, for the administrator of the installation. */
@ApiTags('maintenance')
@Controller({ path: 'maintenance/fsck', version: '1' })
export class FsckController {
  constructor(private readonly runs: FsckRuns) {}

  @Get()
  @RequireScope('admin')
  @ApiAnswer(200, fsckResponse, 'The last look of this replica, or the one that runs. Where there was none, a quick one begins.')
  last(@CurrentPrincipal() principal: Principal): FsckResponse {
    AccessPolicy.assertAdministrator(principal);
    return toResponse(this.runs.last.state === 'none' ? this.runs.start({ deep: false }) : this.runs.last);
  }

  @Post()
  @HttpCode(202)
  @RequireScope('admin')
  @ApiAnswer(202, fsckResponse, 'A look began; 409 while one runs. What differs is shown by GET.')
  start(@CurrentPrincipal() principal: Principal, @ZodBody(fsckBody) { deep, dataset_id: datasetId }: FsckBody): FsckResponse {
    AccessPolicy.assertAdministrator(principal);
    return toResponse(this.runs.start({ deep, ...(datasetId === undefined ? {} : { datasetId }) }));
  }
}

function toResponse({ state, wish, startedAt, finishedAt, count, differences }: FsckRun): FsckResponse {
  return {
    ...{ state, deep: wish?.deep ?? null, dataset_id: wish?.datasetId ?? null, count, differences: differences.map((one) => ({ ...one })) },
    ...{ started_at: startedAt?.toISOString() ?? null, finished_at: finishedAt?.toISOString() ?? null },
  };
}
