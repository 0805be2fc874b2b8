import { Command } from '@nestjs/cqrs';

/** Removes objects of images that no row knows, older than a day: what crashes between store and database left. Answers how many. */
export class SweepOrphansCommand extends Command<number> {}
