const padded = (number: number): string => String(number).padStart(6, '0');
const suffix = (attempt: number | undefined): string => (attempt === undefined ? '' : `-attempt-${attempt}`);

/** Every key of the bucket (design/storage-layout.md). Made of server-made ids and numbers only: no text from outside becomes a key. */
export const objectKeys = {
  dataset: (datasetId: string): string => `datasets/${datasetId}/`,
  upload: (datasetId: string, number: number): string => `datasets/${datasetId}/uploads/${number}.zip`,
  images: (datasetId: string): string => `datasets/${datasetId}/images/`,
  thumbnails: (datasetId: string): string => `datasets/${datasetId}/thumbnails/`,
  previews: (datasetId: string): string => `datasets/${datasetId}/previews/`,
  /** By the number that the bytes were given: the image's own, but for bytes that took the place of others (docs/adr/0010). */
  image: (datasetId: string, number: number, extension: 'jpg' | 'png' | 'webp'): string => `datasets/${datasetId}/images/${padded(number)}.${extension}`,
  mask: (datasetId: string, number: number): string => `datasets/${datasetId}/masks/${padded(number)}.png`,
  thumbnail: (datasetId: string, number: number): string => `datasets/${datasetId}/thumbnails/${padded(number)}.webp`,
  preview: (datasetId: string, number: number): string => `datasets/${datasetId}/previews/${padded(number)}.webp`,
  /** The live view; at most some seconds behind the database. */
  annotations: (datasetId: string): string => `datasets/${datasetId}/annotations.json`,
  meta: (datasetId: string): string => `datasets/${datasetId}/meta.json`,
  snapshotZip: (datasetId: string, version: number): string => `datasets/${datasetId}/snapshots/v${version}.zip`,
  snapshotManifest: (datasetId: string, version: number): string => `datasets/${datasetId}/snapshots/v${version}.json`,
  /** Of a zip that was dropped: what stood behind its images, for it to be made again byte for byte. */
  snapshotTail: (datasetId: string, version: number): string => `datasets/${datasetId}/snapshots/v${version}.tail`,
  latestSnapshot: (datasetId: string): string => `datasets/${datasetId}/snapshots/latest.json`,
  checkpoint: (jobId: string, of: { readonly epoch: number; readonly extension: string; readonly attempt?: number }): string =>
    `models/${jobId}/checkpoint-epoch-${of.epoch}${suffix(of.attempt)}.${of.extension}`,
  finalModel: (jobId: string, attempt?: number, extension = 'onnx'): string => `models/${jobId}/final-model${suffix(attempt)}.${extension}`,
  metrics: (jobId: string, attempt?: number): string => `models/${jobId}/metrics${suffix(attempt)}.json`,
  /** What the model says of validation images, NDJSON. */
  validationExamples: (jobId: string, attempt?: number): string => `models/${jobId}/validation-examples${suffix(attempt)}.ndjson`,
  /** What a job that uses a model is to look at, and what the model said, NDJSON. */
  inferenceImages: (jobId: string): string => `models/${jobId}/images.ndjson`,
  predictions: (jobId: string, attempt?: number): string => `models/${jobId}/predictions${suffix(attempt)}.ndjson`,
  /** A model that was trained elsewhere. */
  uploadedModel: (modelId: string): string => `models/${modelId}/uploaded.onnx`,
  stagingArea: 'staging/',
  /** Uploads that are not accepted yet; never served. */
  staging: (uploadId: string): string => `staging/${uploadId}/upload.zip`,
  stagedImage: (uploadId: string): string => `staging/${uploadId}/image`,
} as const;
