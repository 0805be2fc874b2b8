import { Command } from '@nestjs/cqrs';
import type { ImportJob } from '../../../../dataset/index.js';

/** Reads the labels of an uploaded zip into rows, to the end. May be repeated after a crash at any point. */
export class LoadLabelsCommand extends Command<void> {
  constructor(
    readonly job: ImportJob,
    readonly signal: AbortSignal,
  ) {
    super();
  }
}
