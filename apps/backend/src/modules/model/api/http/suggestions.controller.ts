import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { Idempotent } from '../../../../platform/http/idempotent.decorator.js';
import { ApiAnswer, ZodBody, ZodPath } from '../../../../platform/http/zod-decorators.js';
import { SuggestionDesk } from '../../application/suggestion-desk.js';
import { rejectedResponse, rejectRequest, suggestionPath, suggestionsResponse, toSuggestions, type RejectedResponse, type RejectRequest, type SuggestionPath, type SuggestionsResponse } from './dto/suggestion.schemas.js';

const ImagePath = (): ParameterDecorator => ZodPath(suggestionPath);

@ApiTags('models')
@Controller({ path: 'datasets/:id/images/:image_id/suggestions', version: '1' })
export class SuggestionsController {
  constructor(private readonly desk: SuggestionDesk) {}

  @Get()
  @RequireScope('read')
  @ApiAnswer(200, suggestionsResponse, 'What models propose for the image and nobody took over or rejected, the surest first.')
  async list(@CurrentPrincipal() principal: Principal, @ImagePath() { id, image_id: number }: SuggestionPath): Promise<SuggestionsResponse> {
    return toSuggestions(await this.desk.of(principal, id, number));
  }

  @Post('reject')
  @HttpCode(200)
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(200, rejectedResponse, 'They are not shown any more.')
  async reject(@CurrentPrincipal() principal: Principal, @ImagePath() { id, image_id: number }: SuggestionPath, @ZodBody(rejectRequest) body: RejectRequest): Promise<RejectedResponse> {
    return { rejected: await this.desk.reject(principal, { datasetId: id, number }, body.ids ?? null) };
  }
}
