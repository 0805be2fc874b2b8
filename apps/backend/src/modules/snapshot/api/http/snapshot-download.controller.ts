import { setTimeout as sleep } from 'node:timers/promises';
import { datasetIdSchema } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { Controller, Get, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { ApiAnswer, ZodPath, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { ChangeSnapshotCommand } from '../../application/commands/change-snapshot/change-snapshot.command.js';
import { GetSnapshotQuery, type SnapshotAnswer } from '../../application/queries/get-snapshot/get-snapshot.query.js';
import { downloadResponse, snapshotResponse, toSnapshotResponse, type DownloadResponse, type SnapshotResponse } from './dto/snapshot.response.js';

const LOOK_EVERY_MILLISECONDS = 200;
const ASK_AGAIN_SECONDS = 5;

const versionPath = z.object({ dataset_id: datasetIdSchema, version: z.coerce.number().int().min(1).max(2_147_483_647) });
const downloadQuery = z.strictObject({
  redirect: z.stringbool().default(true).describe('false: the URL in a body with status 200.'),
  wait: z.coerce.number().int().min(0).max(25).default(10).describe('Seconds to wait for the zip where it must be made first.'),
});

/** The zip of a version: made when it is asked for first. */
@ApiTags('snapshots')
@Controller({ path: 'datasets/:dataset_id/snapshots/:version/download', version: '1' })
export class SnapshotDownloadController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiAnswer(302, downloadResponse, 'To a presigned URL, good for an hour at most.')
  @ApiAnswer(202, snapshotResponse, 'The zip is being made: ask again after `Retry-After` seconds.')
  async download(
    @CurrentPrincipal() principal: Principal,
    @ZodPath(versionPath) { dataset_id: datasetId, version }: z.infer<typeof versionPath>,
    @ZodQuery(downloadQuery) query: z.infer<typeof downloadQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DownloadResponse | SnapshotResponse> {
    const asked = new GetSnapshotQuery(principal, datasetId, version);
    await this.queries.execute(asked);
    await this.commands.execute(new ChangeSnapshotCommand(principal, datasetId, version, { kind: 'want-zip' }));
    const answer = await this.whenThere(asked, query.wait);
    const { download, state } = answer;
    if (download === null && state.zipState === 'failed') throw new DomainError('state-conflict', state.failure?.detail ?? 'The zip could not be made.', { extensions: { failure: state.failure } });
    if (download === null) {
      reply.status(202).header('retry-after', String(ASK_AGAIN_SECONDS));
      return toSnapshotResponse(answer);
    }
    if (query.redirect) reply.status(302).header('location', download.url);
    return { url: download.url, expires_at: download.expiresAt.toISOString() };
  }

  private async whenThere(asked: GetSnapshotQuery, seconds: number): Promise<SnapshotAnswer> {
    const until = Date.now() + seconds * 1000;
    let answer = await this.queries.execute(asked);
    while (answer.download === null && answer.state.zipState === 'building' && Date.now() < until) {
      await sleep(LOOK_EVERY_MILLISECONDS);
      answer = await this.queries.execute(asked);
    }
    return answer;
  }
}
