import { laneOf } from '@app/contracts';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { QueueSignal } from '../../ports/queue-signal.port.js';
import { WorkLanes } from '../../ports/work-lanes.port.js';
import { WorkerRegistry } from '../../ports/worker-registry.port.js';
import { HearHelloCommand } from './hear-hello.command.js';

@CommandHandler(HearHelloCommand)
export class HearHelloHandler implements ICommandHandler<HearHelloCommand> {
  constructor(
    private readonly workers: WorkerRegistry,
    private readonly lanes: WorkLanes,
    private readonly signal: QueueSignal,
  ) {}

  async execute({ hello }: HearHelloCommand): Promise<void> {
    if (hello.is_leaving) return this.workers.forget(hello.worker_id);
    const lane = laneOf(hello);
    if (!(await this.workers.heard(hello, lane))) return;
    if (lane !== null) await this.lanes.ensure(lane);
    if (hello.job_id === null) this.signal.wake();
  }
}
