import { Readable } from 'node:stream';
import { datasetIdSchema } from '@app/contracts';
import { Controller, Get, StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { CurrentExchange, type Exchange } from '../../../../platform/http/exchange.js';
import { ApiAnswer, ZodParam } from '../../../../platform/http/zod-decorators.js';
import { OpenViewQuery } from '../../application/queries/open-view/open-view.query.js';

const DatasetId = (): ParameterDecorator => ZodParam('id', datasetIdSchema);
const JSON_FILE = { type: 'application/json' };
/** A client that takes nothing for so long holds a connection of the database for nothing. */
const STALLED_MILLISECONDS = 60_000;

/** The dataset as a DICE label file, current to the last commit. */
@ApiTags('annotations')
@Controller({ path: 'datasets/:id', version: '1' })
export class LiveViewController {
  constructor(private readonly queries: QueryBus) {}

  @Get('annotations.json')
  @RequireScope('read')
  @ApiProduces('application/json')
  @ApiAnswer(200, null, 'The label file of the dataset as it is now, in the terms of DICE 1.0; one consistent cut, streamed. Broken images are left out.')
  async annotations(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @CurrentExchange() { reply }: Exchange): Promise<StreamableFile> {
    const cut = await this.queries.execute(new OpenViewQuery(principal, id));
    const text = Readable.from(cut.annotations(), { objectMode: false });
    text.once('close', () => void cut.close());
    reply.raw.setTimeout(STALLED_MILLISECONDS, () => text.destroy());
    void reply.header('cache-control', 'private, no-cache');
    return new StreamableFile(text, JSON_FILE);
  }

  @Get('meta.json')
  @RequireScope('read')
  @ApiProduces('application/json')
  @ApiAnswer(200, null, 'About 1 KB, derived from the label file.')
  async meta(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @CurrentExchange() { reply }: Exchange): Promise<StreamableFile> {
    const cut = await this.queries.execute(new OpenViewQuery(principal, id));
    try {
      void reply.header('cache-control', 'private, no-cache');
      return new StreamableFile(await cut.meta(), JSON_FILE);
    } finally {
      await cut.close();
    }
  }
}
