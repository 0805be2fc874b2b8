import type { LoadedLabels } from './label-source.port.js';

/** Where the labels of an uploaded zip go, before anybody edits them. */
export abstract class LoadedLabelsStore {
  /** May come again: the same images get the same labels. Nothing happens once the dataset's labels are declared loaded. */
  abstract put(datasetId: string, batch: readonly LoadedLabels[]): Promise<void>;
  /** In the caller's unit of work: from now on the rows are what people edit. */
  abstract declareLoaded(datasetId: string): Promise<void>;
}
