import { checkpointUploadRpcV1, jobCancelledRpcV1, reportsSeenRpcV1, verifyJobRpcV1, type WorkGrant } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { NatsConsumer, OnRequest } from '@app/messaging';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import {
  MintCheckpointUploadCommand,
  type CheckpointUploadReply,
  type CheckpointUploadRequest,
} from '../../application/commands/mint-checkpoint-upload/mint-checkpoint-upload.command.js';
import { VerifyJobCommand } from '../../application/commands/verify-job/verify-job.command.js';
import { AttemptStatusQuery } from '../../application/queries/attempt-status/attempt-status.query.js';

type VerifyRequest = z.output<typeof verifyJobRpcV1.request>;
type AttemptRequest = z.output<typeof jobCancelledRpcV1.request>;
type Stop = z.output<typeof jobCancelledRpcV1.reply>;

/** What a training worker asks: may I, where to, still wanted, what arrived. */
@NatsConsumer()
export class TrainingWorkerResponder {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @OnRequest(verifyJobRpcV1)
  async verify(@Payload() request: VerifyRequest): Promise<WorkGrant> {
    return this.commands.execute(new VerifyJobCommand(request.job_id, request.worker_id, request.claim_id));
  }

  @OnRequest(checkpointUploadRpcV1)
  async mintUpload(@Payload() request: CheckpointUploadRequest): Promise<CheckpointUploadReply> {
    return this.commands.execute(new MintCheckpointUploadCommand(request));
  }

  @OnRequest(jobCancelledRpcV1)
  async isCancelled(@Payload() request: AttemptRequest): Promise<Stop> {
    try {
      const { stop } = await this.queries.execute(new AttemptStatusQuery(request.job_id, request.attempt, request.fencing_token));
      return { stop: stop !== null, reason: stop };
    } catch (error) {
      if (error instanceof DomainError && error.code === 'stale-attempt') return { stop: true, reason: 'stale-attempt' };
      throw error;
    }
  }

  @OnRequest(reportsSeenRpcV1)
  async reportsSeen(@Payload() request: AttemptRequest): Promise<z.output<typeof reportsSeenRpcV1.reply>> {
    const { seenSequence } = await this.queries.execute(new AttemptStatusQuery(request.job_id, request.attempt, request.fencing_token));
    return { seen_sequence: seenSequence };
  }
}
