import { Controller, Delete, Get, HttpCode, Patch, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { Idempotent } from '../../../../platform/http/idempotent.decorator.js';
import { AcceptsForm } from '../../../../platform/http/request-rules.js';
import { ApiAnswer, openApiSchema, ZodBody, ZodParam } from '../../../../platform/http/zod-decorators.js';
import { ModelRegistry } from '../../application/model-registry.js';
import { ModelRuns } from '../../application/model-runs.js';
import { Predictions } from '../../application/predictions.js';
import { changeModelRequest, downloadResponse, modelDetailsResponse, toModelDetails, type ChangeModelRequest, type ModelDetailsResponse, type ModelDownloadResponse } from './dto/model.schemas.js';
import { evaluateRequest, filterOf, prelabelRequest, runResponse, toRun, type EvaluateRequest, type PrelabelRequest, type RunResponse } from './dto/run.schemas.js';
import { predictionResponse, predictRequest, toPrediction, type PredictionResponse } from './dto/suggestion.schemas.js';
import { predictQuestionOf } from './predict-form.js';

const ModelId = (): ParameterDecorator => ZodParam('id', z.uuid());

@ApiTags('models')
@Controller({ path: 'models/:id', version: '1' })
export class ModelsController {
  constructor(
    private readonly registry: ModelRegistry,
    private readonly runs: ModelRuns,
    private readonly predictions: Predictions,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiAnswer(200, modelDetailsResponse, 'With what it comes from: the training, its version and their settings.')
  async get(@CurrentPrincipal() principal: Principal, @ModelId() id: string): Promise<ModelDetailsResponse> {
    return toModelDetails(await this.registry.get(principal, id));
  }

  @Patch()
  @RequireScope('train')
  @Idempotent()
  @ApiAnswer(200, modelDetailsResponse)
  async change(@CurrentPrincipal() principal: Principal, @ModelId() id: string, @ZodBody(changeModelRequest) body: ChangeModelRequest): Promise<ModelDetailsResponse> {
    return toModelDetails(await this.registry.change(principal, id, body));
  }

  @Delete()
  @HttpCode(204)
  @RequireScope('train')
  @ApiAnswer(204, null, 'The model, its file and what it proposed are gone; labels stay. Not while it is in production or in use.')
  async remove(@CurrentPrincipal() principal: Principal, @ModelId() id: string): Promise<void> {
    await this.registry.remove(principal, id);
  }

  @Get('download')
  @RequireScope('read')
  @ApiAnswer(200, downloadResponse, 'ONNX; one that was trained here has class names, input size and preprocessing in its metadata.')
  async download(@CurrentPrincipal() principal: Principal, @ModelId() id: string): Promise<ModelDownloadResponse> {
    const { url, expiresAt } = await this.registry.download(principal, id);
    return { url, expires_at: expiresAt.toISOString() };
  }

  @Post('evaluate')
  @HttpCode(202)
  @RequireScope('train')
  @Idempotent()
  @ApiAnswer(202, runResponse, 'A job that measures the model on a version; see datasets/{id}/evaluations.')
  async evaluate(@CurrentPrincipal() principal: Principal, @ModelId() id: string, @ZodBody(evaluateRequest) body: EvaluateRequest): Promise<RunResponse> {
    return toRun(await this.runs.evaluate(principal, id, body));
  }

  @Post('prelabel')
  @HttpCode(202)
  @RequireScope('train')
  @Idempotent()
  @ApiAnswer(202, runResponse, 'A job that lets the model propose labels; see datasets/{id}/model-runs. Suggestions are no labels until somebody takes them over.')
  async prelabel(@CurrentPrincipal() principal: Principal, @ModelId() id: string, @ZodBody(prelabelRequest) body: PrelabelRequest): Promise<RunResponse> {
    return toRun(await this.runs.prelabel(principal, id, { filter: filterOf(body.filter), minScore: body.min_score }));
  }

  @Post('predict')
  @HttpCode(200)
  @RequireScope('label')
  @AcceptsForm()
  @ApiConsumes('application/json', 'multipart/form-data')
  @ApiBody({ description: 'an image of the dataset by its id, or, as a form, an image of 20 MB at most in `file`', schema: openApiSchema(predictRequest, 'input') })
  @ApiAnswer(200, predictionResponse, 'What the model says of one image. 503 with Retry-After when no worker answers in time.')
  async predict(@CurrentPrincipal() principal: Principal, @ModelId() id: string, @Req() request: FastifyRequest): Promise<PredictionResponse> {
    return toPrediction(await this.predictions.ask(principal, id, predictQuestionOf(request)));
  }
}
