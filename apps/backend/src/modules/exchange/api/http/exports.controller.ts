import { Readable } from 'node:stream';
import { datasetIdSchema } from '@app/contracts';
import { Controller, Get, StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { CurrentExchange, type Exchange } from '../../../../platform/http/exchange.js';
import { ApiAnswer, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { OpenExportQuery } from '../../application/queries/open-export/open-export.query.js';
import { exportQuery, type ExportQuery } from './dto/export.schemas.js';

const DatasetId = (): ParameterDecorator => ZodParam('id', datasetIdSchema);
/** A client that takes nothing for so long holds a connection of the database for nothing. */
const STALLED_MILLISECONDS = 60_000;

@ApiTags('exchange')
@Controller({ path: 'datasets/:id/export', version: '1' })
export class ExportsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @RequireScope('read')
  @ApiProduces('application/zip', 'application/json', 'application/xml')
  @ApiAnswer(200, null, 'The dataset as it is now, one consistent cut, streamed. In the zip export-report.json says what the format could not hold, how often and where. See docs/formats.md.')
  async export(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodQuery(exportQuery) query: ExportQuery, @CurrentExchange() { reply }: Exchange): Promise<StreamableFile> {
    const opened = await this.queries.execute(new OpenExportQuery(principal, id, { ...query, images: query.images === 'true' }));
    const bytes = Readable.from(opened.chunks, { objectMode: false });
    bytes.once('close', () => void opened.close());
    reply.raw.setTimeout(STALLED_MILLISECONDS, () => bytes.destroy());
    void reply.header('cache-control', 'private, no-cache');
    return new StreamableFile(bytes, { type: opened.contentType, disposition: `attachment; filename*=UTF-8''${encodeURIComponent(opened.fileName)}` });
  }
}
