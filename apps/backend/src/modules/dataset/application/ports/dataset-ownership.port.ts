/** Who owns a dataset; kept by the Identity module. In the caller's unit of work. */
export abstract class DatasetOwnership {
  abstract grantOwner(datasetId: string, userId: string): Promise<void>;
}
