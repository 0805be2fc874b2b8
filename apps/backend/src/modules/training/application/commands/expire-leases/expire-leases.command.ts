import { Command } from '@nestjs/cqrs';

/** Takes jobs back from workers that were not heard of; answers how many. */
export class ExpireLeasesCommand extends Command<number> {}
