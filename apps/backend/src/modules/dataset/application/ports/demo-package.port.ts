/** A small generated dataset that a model can learn in a minute. */
export abstract class DemoPackage {
  abstract make(): Promise<{ readonly sizeBytes: number; readonly bytes: AsyncIterable<Uint8Array> }>;
}
