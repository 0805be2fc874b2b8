import { Command } from '@nestjs/cqrs';

/** Removes what uploads of processes that are gone left behind; answers how many there were. */
export class SweepUploadsCommand extends Command<number> {
  constructor(readonly mayGoOn: () => Promise<boolean> = () => Promise.resolve(true)) {
    super();
  }
}
