import { Command } from '@nestjs/cqrs';

/** Removes datasets for good that have been in the trash for more than 30 days; answers how many. */
export class PurgeDatasetsCommand extends Command<number> {}
