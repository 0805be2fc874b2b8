import { Command } from '@nestjs/cqrs';
import type { CleanUpAmount } from '../../../../../platform/clean-up/clean-up-job.js';

/** Removes objects of images that no row knows: a crash left them, or other bytes took their place and no version has them any more. */
export class SweepOrphansCommand extends Command<CleanUpAmount> {
  /** `isDry`: counts them only. */
  constructor(
    readonly isDry = false,
    readonly mayGoOn: () => Promise<boolean> = () => Promise.resolve(true),
  ) {
    super();
  }
}
