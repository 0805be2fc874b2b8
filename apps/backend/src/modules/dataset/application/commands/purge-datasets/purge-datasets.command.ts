import { Command } from '@nestjs/cqrs';
import type { CleanUpAmount } from '../../../../../platform/clean-up/clean-up-job.js';

/** Removes datasets for good that have been in the trash for longer than they are kept; answers how many, and the bytes of their objects. */
export class PurgeDatasetsCommand extends Command<CleanUpAmount> {
  constructor(readonly mayGoOn: () => Promise<boolean> = () => Promise.resolve(true)) {
    super();
  }
}
