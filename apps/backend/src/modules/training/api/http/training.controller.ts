import { jobIdSchema } from '@app/contracts';
import { Controller, Get, HttpCode, Patch, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { Idempotent } from '../../../../platform/http/idempotent.decorator.js';
import { ApiAnswer, ZodBody, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { CursorCodec } from '../../../../platform/paging/cursor-codec.js';
import { lastEventId, streamEvents, type SseEvent } from '../../../../platform/sse/sse-stream.js';
import { CancelTrainingCommand } from '../../application/commands/cancel-training/cancel-training.command.js';
import { PrioritiseJobCommand } from '../../application/commands/prioritise-job/prioritise-job.command.js';
import { RetryTrainingCommand } from '../../application/commands/retry-training/retry-training.command.js';
import { StartTrainingCommand } from '../../application/commands/start-training/start-training.command.js';
import { JobEventFeed, type FeedEvent } from '../../application/job-event-feed.js';
import { GetJobLogsQuery } from '../../application/queries/get-job-logs/get-job-logs.query.js';
import { GetJobQuery } from '../../application/queries/get-job/get-job.query.js';
import { ListCheckpointsQuery } from '../../application/queries/list-checkpoints/list-checkpoints.query.js';
import { ListJobsQuery } from '../../application/queries/list-jobs/list-jobs.query.js';
import { ListModelsQuery } from '../../application/queries/list-models/list-models.query.js';
import { ListWorkersQuery } from '../../application/queries/list-workers/list-workers.query.js';
import {
  checkpointListResponse,
  checkpointsResponse,
  jobDetailsResponse,
  jobResponse,
  trainingJobDetailsResponse,
  trainingJobListResponse,
  trainingJobResponse,
  type CheckpointListResponse,
  type TrainingJobDetailsResponse,
  type TrainingJobListResponse,
  type TrainingJobResponse,
} from './dto/training-job.response.js';
import {
  changeJobRequest,
  listJobsQuery,
  logsQuery,
  logsResponse,
  modelListResponse,
  startInputOf,
  startTrainingRequest,
  type ChangeJobRequest,
  type ListJobsRequest,
  type LogsRequest,
  type LogsResponse,
  type ModelListResponse,
  type StartTrainingRequest,
} from './dto/training.requests.js';
import { workerListResponse, workersResponse, type WorkerListResponse } from './dto/training-worker.response.js';

const JobId = (): ParameterDecorator => ZodParam('id', jobIdSchema);

@ApiTags('training')
@Controller({ path: 'training', version: '1' })
export class TrainingController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly cursors: CursorCodec,
    private readonly feed: JobEventFeed,
  ) {}

  @Post(['start', 'jobs'])
  @HttpCode(202)
  @RequireScope('train')
  @Idempotent()
  @ApiAnswer(202, trainingJobResponse, 'The job was accepted.')
  async start(@CurrentPrincipal() principal: Principal, @ZodBody(startTrainingRequest) body: StartTrainingRequest): Promise<TrainingJobResponse> {
    return jobResponse(await this.commands.execute(new StartTrainingCommand(principal, startInputOf(body))));
  }

  @Get('models')
  @RequireScope('read')
  @ApiAnswer(200, modelListResponse)
  async models(): Promise<ModelListResponse> {
    const models = await this.queries.execute(new ListModelsQuery());
    return { items: models.map((model) => ({ id: model.id, title: model.title, task_types: [...model.taskTypes], hyperparameters: { ...model.hyperparameters } })) };
  }

  @Get('workers')
  @RequireScope('read')
  @ApiAnswer(200, workerListResponse, 'The workers that were heard of in the last minute; for administrators and whoever may train on some dataset.')
  async workers(@CurrentPrincipal() principal: Principal): Promise<WorkerListResponse> {
    return workersResponse(await this.queries.execute(new ListWorkersQuery(principal)));
  }

  @Get('jobs')
  @RequireScope('read')
  @ApiAnswer(200, trainingJobListResponse)
  async list(@CurrentPrincipal() principal: Principal, @ZodQuery(listJobsQuery) query: ListJobsRequest): Promise<TrainingJobListResponse> {
    const scope = ['jobs', principal.userId, query.dataset_id, query.state, query.kind];
    const from = query.cursor === undefined ? undefined : this.cursors.decode(query.cursor, scope);
    const after = from === undefined ? undefined : { createdAt: new Date(from.key), id: from.id };
    const jobs = await this.queries.execute(new ListJobsQuery(principal, { datasetId: query.dataset_id, state: query.state, kind: query.kind, limit: query.limit, after }));
    const last = jobs.length === query.limit ? jobs.at(-1) : undefined;
    return { items: jobs.map(jobResponse), next_cursor: last === undefined ? null : this.cursors.encode({ key: last.createdAt.toISOString(), id: last.id }, scope) };
  }

  @Get('jobs/:id')
  @RequireScope('read')
  @ApiAnswer(200, trainingJobDetailsResponse)
  async get(@CurrentPrincipal() principal: Principal, @JobId() id: string): Promise<TrainingJobDetailsResponse> {
    return jobDetailsResponse(await this.queries.execute(new GetJobQuery(principal, id)));
  }

  @Patch('jobs/:id')
  @RequireScope('train')
  @Idempotent()
  @ApiAnswer(200, trainingJobResponse)
  async change(@CurrentPrincipal() principal: Principal, @JobId() id: string, @ZodBody(changeJobRequest) body: ChangeJobRequest): Promise<TrainingJobResponse> {
    return jobResponse(await this.commands.execute(new PrioritiseJobCommand(principal, id, body.priority)));
  }

  @Get('jobs/:id/metrics')
  @RequireScope('read')
  @ApiAnswer(200, trainingJobDetailsResponse.pick({ metrics: true }))
  async metrics(@CurrentPrincipal() principal: Principal, @JobId() id: string): Promise<Pick<TrainingJobDetailsResponse, 'metrics'>> {
    return { metrics: [...(await this.queries.execute(new GetJobQuery(principal, id))).metrics] };
  }

  @Get('jobs/:id/logs')
  @RequireScope('read')
  @ApiAnswer(200, logsResponse)
  async logs(@CurrentPrincipal() principal: Principal, @JobId() id: string, @ZodQuery(logsQuery) query: LogsRequest): Promise<LogsResponse> {
    const lines = await this.queries.execute(new GetJobLogsQuery(principal, id, { afterSeq: query.after, limit: query.limit }));
    return { items: lines.map((line) => ({ seq: line.seq, at: line.at.toISOString(), line: line.line })) };
  }

  @Get('jobs/:id/checkpoints')
  @RequireScope('read')
  @ApiAnswer(200, checkpointListResponse, 'With presigned URLs, good for an hour at most.')
  async checkpoints(@CurrentPrincipal() principal: Principal, @JobId() id: string): Promise<CheckpointListResponse> {
    return checkpointsResponse(await this.queries.execute(new ListCheckpointsQuery(principal, id)));
  }

  @Post('jobs/:id/cancel')
  @HttpCode(200)
  @RequireScope('train')
  @Idempotent()
  @ApiAnswer(200, trainingJobResponse)
  async cancel(@CurrentPrincipal() principal: Principal, @JobId() id: string): Promise<TrainingJobResponse> {
    return jobResponse(await this.commands.execute(new CancelTrainingCommand(principal, id)));
  }

  @Post('jobs/:id/retry')
  @HttpCode(202)
  @RequireScope('train')
  @Idempotent()
  @ApiAnswer(202, trainingJobResponse, 'A new job, linked to this one, that begins at its last checkpoint.')
  async retry(@CurrentPrincipal() principal: Principal, @JobId() id: string): Promise<TrainingJobResponse> {
    return jobResponse(await this.commands.execute(new RetryTrainingCommand(principal, id)));
  }

  @Get('jobs/:id/events')
  @RequireScope('read')
  @ApiAnswer(200, null, 'text/event-stream: job, progress, metrics, checkpoint, log; Last-Event-ID is understood.')
  async events(@CurrentPrincipal() principal: Principal, @JobId() id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await streamEvents(request, reply, (signal) => withJobs(this.feed.follow(principal, id, { from: lastEventId(request), signal })));
  }
}

/** A `job` event tells the whole job, so that a page needs no second request. */
async function* withJobs(feed: AsyncIterable<FeedEvent | null>): AsyncIterable<SseEvent | null> {
  for await (const event of feed) yield event?.event === 'job' ? { ...event, data: jobResponse(event.job) } : event;
}
