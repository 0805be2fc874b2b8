import { Command } from '@nestjs/cqrs';

/** Forgets announced images of more than a day, and what was put for them; answers how many. */
export class SweepImageUploadsCommand extends Command<number> {
  constructor(readonly mayGoOn: () => Promise<boolean> = () => Promise.resolve(true)) {
    super();
  }
}
