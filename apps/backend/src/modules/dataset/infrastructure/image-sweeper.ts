import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { PurgeDatasetsCommand } from '../application/commands/purge-datasets/purge-datasets.command.js';
import { SweepImageUploadsCommand } from '../application/commands/sweep-image-uploads/sweep-image-uploads.command.js';
import { SweepOrphansCommand } from '../application/commands/sweep-orphans/sweep-orphans.command.js';
import { Rounds } from '../../../platform/rounds.js';

const MINUTE = 60_000;

/** What is tidied by the clock, in every replica: the work of each round is harmless when done twice. */
@Injectable()
export class ImageSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ImageSweeper.name);
  private readonly rounds: readonly Rounds[];

  constructor(commands: CommandBus) {
    const round = (name: string, firstAfter: number, every: number, work: () => Promise<number>): Rounds =>
      new Rounds({ firstAfter, every, work: () => this.run(name, work) });
    this.rounds = [
      round('announced image(s) given up', MINUTE, 10 * MINUTE, () => commands.execute(new SweepImageUploadsCommand())),
      round('dataset(s) of the trash removed for good', 5 * MINUTE, 60 * MINUTE, () => commands.execute(new PurgeDatasetsCommand())),
      // Lists every image of the installation: a thousand a call, once a day.
      round('object(s) of no image and no version removed', 30 * MINUTE, 24 * 60 * MINUTE, () => commands.execute(new SweepOrphansCommand())),
    ];
  }

  onApplicationBootstrap(): void {
    for (const one of this.rounds) one.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.rounds.map((one) => one.stop()));
  }

  private async run(name: string, work: () => Promise<number>): Promise<void> {
    try {
      const count = await work();
      if (count > 0) this.logger.log(`${count} ${name}`);
    } catch (error) {
      this.logger.warn(`${name}: not now: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
