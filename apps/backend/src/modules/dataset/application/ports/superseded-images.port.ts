/** Bytes that images had before a replacement. */
export abstract class SupersededImages {
  /**
   * Which of these keys were replaced before that time, are of no image now, and of no version but those that ended before it. In the caller's unit of work,
   * until whose end no version of the dataset is made or restored.
   */
  abstract unneeded(datasetId: string, keys: readonly string[], before: Date): Promise<readonly string[]>;
}
