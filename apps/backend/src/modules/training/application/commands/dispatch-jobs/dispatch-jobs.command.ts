import { Command } from '@nestjs/cqrs';

/** Hands out the jobs whose turn it is; answers how many. */
export class DispatchJobsCommand extends Command<number> {}
