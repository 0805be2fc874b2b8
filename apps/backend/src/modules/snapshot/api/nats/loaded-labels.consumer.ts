import { importCompletedV1, type ImportCompletedV1 } from '@app/contracts';
import { NatsConsumer, OnEvent, type TypedEvent } from '@app/messaging';
import { CommandBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import { CountLabelsCommand } from '../../application/commands/count-labels/count-labels.command.js';

@NatsConsumer()
export class LoadedLabelsConsumer {
  constructor(private readonly commands: CommandBus) {}

  /** The labels of an uploaded zip are in rows now. */
  @OnEvent(importCompletedV1, { durable: 'snapshot-counts-loaded-labels', ackWaitSeconds: 10 })
  async onImportCompleted(@Payload() event: TypedEvent<ImportCompletedV1>): Promise<void> {
    if (event.data.kind === 'load-labels') await this.commands.execute(new CountLabelsCommand(event.data.dataset_id));
  }
}
