import { Injectable } from '@nestjs/common';

/** Removes what another module keeps of a dataset outside of the dataset's own area of the store; may be repeated. Before the rows go. */
export type RemoveLeavings = (datasetId: string) => Promise<void>;

/** What a dataset that is removed for good takes along. Modules that keep something say so here; this one does not know them. */
@Injectable()
export class DatasetLeavings {
  private readonly removers: RemoveLeavings[] = [];

  register(remover: RemoveLeavings): void {
    this.removers.push(remover);
  }

  async remove(datasetId: string): Promise<void> {
    for (const remover of this.removers) await remover(datasetId);
  }
}
