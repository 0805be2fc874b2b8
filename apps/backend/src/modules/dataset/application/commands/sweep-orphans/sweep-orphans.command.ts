import { Command } from '@nestjs/cqrs';

/** Removes objects of images that no row knows, older than a day (what crashes between store and database left), and those that were replaced a day ago and that no kept version has. Answers how many. */
export class SweepOrphansCommand extends Command<number> {}
