import { snapshotCompletedV1, snapshotFailedV1, type SnapshotCompletedV1, type SnapshotFailedV1 } from '@app/contracts';
import { NatsConsumer, OnEvent, type TypedEvent } from '@app/messaging';
import { CommandBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import { AcceptSnapshotCommand } from '../../application/commands/accept-snapshot/accept-snapshot.command.js';

@NatsConsumer()
export class SnapshotOutcomeConsumer {
  constructor(private readonly commands: CommandBus) {}

  @OnEvent(snapshotCompletedV1, { durable: 'training-queues-job-when-snapshot-completed', ackWaitSeconds: 10 })
  async onCompleted(@Payload() event: TypedEvent<SnapshotCompletedV1>): Promise<void> {
    await this.commands.execute(new AcceptSnapshotCommand(event.id, { kind: 'completed', data: event.data }));
  }

  @OnEvent(snapshotFailedV1, { durable: 'training-fails-job-when-snapshot-failed', ackWaitSeconds: 10 })
  async onFailed(@Payload() event: TypedEvent<SnapshotFailedV1>): Promise<void> {
    await this.commands.execute(new AcceptSnapshotCommand(event.id, { kind: 'failed', data: event.data }));
  }
}
