import { Command } from '@nestjs/cqrs';

/** Proof of life of an attempt; answers whether it holds its job. */
export class HearWorkerCommand extends Command<boolean> {
  constructor(
    readonly jobId: string,
    readonly attempt: number,
    readonly fencingToken: string,
  ) {
    super();
  }
}
