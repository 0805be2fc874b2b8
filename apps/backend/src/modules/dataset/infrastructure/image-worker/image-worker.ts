import { setTimeout as sleep } from 'node:timers/promises';
import { StoreMeter } from '@app/object-store';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { BackendConfig } from '../../../../config/backend-config.js';
import { ImageProcessing } from '../../application/ports/image-processing.port.js';
import type { ImageChildOptions } from './image-child.js';
import { ImageChildProgram } from './image-child-program.js';
import { ImageLane } from './image-lane.js';

const LOOK_EVERY_MILLISECONDS = 1_000;
/** A child without work goes after so long, and its memory with it. */
const IDLE_ROUNDS = 30;
/** Within the twelve seconds that the process has for its end. */
const DRAIN_MILLISECONDS = 6_000;
const TROUBLE_PAUSE_MILLISECONDS = 5_000;

/** Makes thumbnails and previews in processes of their own, as many as the configuration says, and only while there is work. */
@Injectable()
export class ImageWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ImageWorker.name);
  private readonly stopped = new AbortController();
  private readonly lanes: readonly ImageLane[];
  private running: readonly Promise<void>[] = [];

  constructor(
    queue: ImageProcessing,
    private readonly config: BackendConfig,
    private readonly program: ImageChildProgram,
    private readonly meter: StoreMeter,
  ) {
    const onTrouble = (sentence: string): void => this.logger.warn(sentence);
    this.lanes = Array.from({ length: config.imageWorkers }, () => new ImageLane({ queue, onTrouble, childOptions: () => this.childOptions() }));
  }

  /** Of the children at work. */
  get pids(): readonly number[] {
    return this.lanes.flatMap((lane) => lane.pid ?? []);
  }

  onApplicationBootstrap(): void {
    this.running = this.lanes.map((lane) => this.drive(lane));
  }

  /** Images in flight are finished or put back, so that nothing waits for a lease to end. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    const late = new AbortController();
    const drained = Promise.all(this.running).finally(() => late.abort());
    await Promise.race([drained, sleep(DRAIN_MILLISECONDS, undefined, { signal: late.signal }).catch(() => undefined)]);
    await Promise.all(this.lanes.map((lane) => lane.stop()));
    await drained;
  }

  private async drive(lane: ImageLane): Promise<void> {
    let idle = 0;
    while (!this.stopped.signal.aborted) {
      const found = await this.round(lane);
      idle = found ? 0 : idle + 1;
      if (idle === IDLE_ROUNDS) await lane.stop();
      if (!found) await this.pause(LOOK_EVERY_MILLISECONDS);
    }
    await lane.stop();
  }

  private async round(lane: ImageLane): Promise<boolean> {
    try {
      return (await lane.round()) > 0;
    } catch (error) {
      // The database is away: the leases end by themselves.
      this.logger.warn(`images wait: ${error instanceof Error ? error.message : String(error)}`);
      await this.pause(TROUBLE_PAUSE_MILLISECONDS);
      return false;
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.stopped.signal, ref: false }).catch(() => undefined);
  }

  private childOptions(): ImageChildOptions {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = this.config.store;
    return { entry: this.program.entry, limits: this.program.limits, meter: this.meter, store: { endpoint, region, bucket, accessKeyId, secretAccessKey } };
  }
}
