import { cancelTrainingRpcV1, retryTrainingRpcV1, startTrainingRpcV1 } from '@app/contracts';
import { NatsConsumer, OnRequest } from '@app/messaging';
import { CommandBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { ZodPipe } from '../../../../platform/http/zod-pipe.js';
import { CancelTrainingCommand } from '../../application/commands/cancel-training/cancel-training.command.js';
import { RetryTrainingCommand } from '../../application/commands/retry-training/retry-training.command.js';
import { StartTrainingCommand } from '../../application/commands/start-training/start-training.command.js';
import { Principals } from '../../application/ports/principals.port.js';
import { jobResponse, type TrainingJobResponse } from '../http/dto/training-job.response.js';
import { startInputOf, startTrainingRequest } from '../http/dto/training.requests.js';

/** The commands of the REST API for NATS users: same policy, same handlers, an API key instead of a header. */
@NatsConsumer()
export class TrainingCommandsResponder {
  private readonly body = new ZodPipe(startTrainingRequest, 'validation-failed');

  constructor(
    private readonly commands: CommandBus,
    private readonly principals: Principals,
  ) {}

  @OnRequest(startTrainingRpcV1)
  async start(@Payload() request: z.output<typeof startTrainingRpcV1.request>): Promise<TrainingJobResponse> {
    const principal = await this.principals.ofApiKey(request.api_key);
    return jobResponse(await this.commands.execute(new StartTrainingCommand(principal, startInputOf(this.body.transform(request.body)))));
  }

  @OnRequest(cancelTrainingRpcV1)
  async cancel(@Payload() request: z.output<typeof cancelTrainingRpcV1.request>): Promise<TrainingJobResponse> {
    return jobResponse(await this.commands.execute(new CancelTrainingCommand(await this.principals.ofApiKey(request.api_key), request.job_id)));
  }

  @OnRequest(retryTrainingRpcV1)
  async retry(@Payload() request: z.output<typeof retryTrainingRpcV1.request>): Promise<TrainingJobResponse> {
    return jobResponse(await this.commands.execute(new RetryTrainingCommand(await this.principals.ofApiKey(request.api_key), request.job_id)));
  }
}
