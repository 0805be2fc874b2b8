import type { checkpointUploadRpcV1 } from '@app/contracts';
import { Command } from '@nestjs/cqrs';
import type { z } from 'zod';

export type CheckpointUploadRequest = z.output<typeof checkpointUploadRpcV1.request>;
export type CheckpointUploadReply = z.output<typeof checkpointUploadRpcV1.reply>;

/** A presigned PUT for one object of the attempt that holds the job. */
export class MintCheckpointUploadCommand extends Command<CheckpointUploadReply> {
  constructor(readonly request: CheckpointUploadRequest) {
    super();
  }
}
