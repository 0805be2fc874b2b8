import { snapshotRequestedV1, trainingRequestedV1, type SnapshotRequestedV1, type TrainingRequestedV1 } from '@app/contracts';
import { NatsConsumer, OnEvent, type TypedEvent } from '@app/messaging';
import { CommandBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import { BuildSnapshotCommand } from '../../application/commands/build-snapshot/build-snapshot.command.js';
import { RequestSnapshotForTrainingCommand } from '../../application/commands/request-snapshot-for-training/request-snapshot-for-training.command.js';

@NatsConsumer()
export class SnapshotRequestsConsumer {
  constructor(private readonly commands: CommandBus) {}

  @OnEvent(trainingRequestedV1, { durable: 'snapshot-requested-by-training', ackWaitSeconds: 10 })
  async onTrainingRequested(@Payload() event: TypedEvent<TrainingRequestedV1>): Promise<void> {
    const { job_id: jobId, dataset_id: datasetId, requested_by: requestedBy, snapshot_version: version } = event.data;
    await this.commands.execute(new RequestSnapshotForTrainingCommand(event.id, { jobId, datasetId, requestedBy, ...(version === undefined ? {} : { version }) }));
  }

  /** Two builds at a time: each is a stream through the store and holds little here. */
  @OnEvent(snapshotRequestedV1, { durable: 'snapshot-builds', concurrency: 2, ackWaitSeconds: 10 })
  async onSnapshotRequested(@Payload() event: TypedEvent<SnapshotRequestedV1>): Promise<void> {
    await this.commands.execute(new BuildSnapshotCommand(event.data.snapshot_id));
  }
}
