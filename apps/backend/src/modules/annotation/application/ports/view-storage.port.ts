/** The live view in the bucket. Each write may be repeated; a reader sees the old or the new object, never half of one. */
export abstract class ViewStorage {
  abstract writeAnnotations(datasetId: string, text: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
  abstract writeMeta(datasetId: string, text: Uint8Array, signal: AbortSignal): Promise<void>;
  abstract writeMask(datasetId: string, number: number, png: Uint8Array, signal: AbortSignal): Promise<void>;
  abstract removeMask(datasetId: string, number: number): Promise<void>;
}
