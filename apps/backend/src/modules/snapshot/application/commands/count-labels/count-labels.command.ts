import { Command } from '@nestjs/cqrs';

/** Fills in what versions of a dataset could not know while its labels were in the uploaded zip. May be repeated. */
export class CountLabelsCommand extends Command<void> {
  constructor(readonly datasetId: string) {
    super();
  }
}
