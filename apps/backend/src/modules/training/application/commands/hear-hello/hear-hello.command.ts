import type { WorkerHelloV1 } from '@app/contracts';
import { Command } from '@nestjs/cqrs';

/** A worker says that it is there. */
export class HearHelloCommand extends Command<void> {
  constructor(readonly hello: WorkerHelloV1) {
    super();
  }
}
