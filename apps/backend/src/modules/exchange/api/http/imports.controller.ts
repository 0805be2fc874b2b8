import { datasetIdSchema } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { Controller, HttpCode, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { BackendConfig } from '../../../../config/backend-config.js';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { AcceptsForm } from '../../../../platform/http/request-rules.js';
import { ApiAnswer, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { ImportAnnotationsCommand, type ImportReport } from '../../application/commands/import-annotations/import-annotations.command.js';
import { importQuery, importResponse, type ImportQuery } from './dto/import.schemas.js';
import { readImportForm } from './import-form.js';

const DatasetId = (): ParameterDecorator => ZodParam('id', datasetIdSchema);

@ApiTags('exchange')
@Controller({ path: 'datasets/:id/annotations/import', version: '1' })
export class ImportsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly config: BackendConfig,
  ) {}

  @Post()
  @HttpCode(200)
  @RequireScope('label')
  @AcceptsForm()
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: {
        class_mapping: { type: 'string', description: 'JSON: `{"their class": class_id | "create" | "skip"}`, `*` for all others; classes of the same name need none' },
        file: { type: 'string', format: 'binary', description: 'a label file, or a zip of label files; the mapping comes before it' },
      },
    },
  })
  @ApiAnswer(200, importResponse, 'Labels of images that are known by their names, as new revisions. 422 with every finding, and nothing was written. A repeat writes nothing. See docs/formats.md.')
  async import(
    @CurrentPrincipal() principal: Principal,
    @DatasetId() id: string,
    @ZodQuery(importQuery) query: ImportQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImportReport> {
    const { format, dry_run: dryRun, on_labeled: onLabeled, on_error: onError } = query;
    const input = { format, dryRun: dryRun === 'true', onLabeled, onError, open: () => readImportForm(reply.request, this.config.uploadIdleSeconds), signal: leftSignal(reply) };
    return this.commands.execute(new ImportAnnotationsCommand(principal, id, input));
  }
}

/** Aborts when the client goes away before its answer. */
function leftSignal(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort(new DomainError('malformed-request', 'The client went away.'));
  });
  return left.signal;
}
