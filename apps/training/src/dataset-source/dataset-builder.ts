import type { ResolvedSplitMessage, TrainingGrant } from '@app/contracts';
import { writeSamples } from '../engine/samples/sample-file.js';
import type { TrainingSpec } from '../engine/training-engine.js';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import type { AttemptFolder } from '../jobs/attempt-folder.js';
import type { TrainingLog } from '../training-log.js';
import type { ArchiveBytes, ArchiveReader } from './archive-reader.port.js';
import { ArchiveReading, LABELS, type ArchiveRequest, type DatasetLimits } from './archive-reading.js';
import type { DecodedImages } from './decoded-images.js';
import type { DecodedMasks } from './decoded-masks.js';
import type { LabeledImage, LabelReader, TrainingLabels } from './label-reader.port.js';
import type { SnapshotSource } from './snapshot-source.js';
import { trainingSamples } from './training-samples.js';

export const DEFAULT_DATASET_LIMITS: DatasetLimits = { maxImageBytes: 64 * 1024 * 1024 };

export interface DatasetRequest {
  readonly grant: TrainingGrant;
  readonly folder: AttemptFolder;
  readonly signal: AbortSignal;
  readonly log: TrainingLog;
  /** Bytes of the snapshot and images so far. */
  readonly onProgress: (progress: { readonly bytes: number; readonly images: number }) => void;
}

export interface PreparedDataset {
  readonly spec: Omit<TrainingSpec, 'initFile'>;
  /** Who decided on the sides, and what came of it. */
  readonly split: ResolvedSplitMessage;
}

const MAX_NAMED_IMAGES = 5;
const SOURCES = { job: "job's own rule", dataset: 'dataset', automatic: 'automatic rule' } as const;

/** Turns a snapshot into what the engine reads: a file of decoded images, and samples that point into it. */
export class DatasetBuilder {
  constructor(
    private readonly snapshots: SnapshotSource,
    private readonly archive: ArchiveReader,
    private readonly labels: LabelReader,
    private readonly limits: DatasetLimits = DEFAULT_DATASET_LIMITS,
  ) {}

  async build(request: DatasetRequest): Promise<PreparedDataset> {
    const { grant, signal, log } = request;
    let bytesRead = 0;
    let reading = 0;
    let images = 0;
    const tell = (): void => request.onProgress({ bytes: bytesRead, images });
    const content = await this.snapshots.read(
      grant.snapshot,
      (bytes) => {
        reading += 1;
        images = 0;
        return this.readArchive(bytes, { ...request, cacheFile: request.folder.file(`images-${reading}.cache`), labelMapsFile: request.folder.file(`labels-${reading}.cache`), onImage: () => void (images += 1) });
      },
      {
        signal,
        log,
        onBytes: (bytes) => {
          bytesRead = bytes;
          tell();
        },
      },
    );
    return this.specOf(content, request);
  }

  private async specOf({ labels, images, masks }: ArchiveContent, { grant, folder, log }: DatasetRequest): Promise<PreparedDataset> {
    if (labels.taskType !== grant.task_type) {
      throw new AttemptFailure('validation-failed', `The snapshot is a ${labels.taskType} dataset, but the job is a ${grant.task_type} training.`, { retryable: false });
    }
    const samples = trainingSamples(labels, { images: images.byName, masks: masks.byName }, grant);
    for (const [name, reason] of [...images.failed, ...masks.failed].slice(0, MAX_NAMED_IMAGES)) log.warn(`${name} stays out: ${reason}`);
    if (samples.leftOut > 0) log.warn(`${samples.leftOut} labeled images stay out because they cannot be decoded or are missing`);
    log.info(`split by the ${SOURCES[samples.split.source]}`);
    const samplesFile = folder.file('samples.ndjson');
    await writeSamples(samplesFile, samples.samples());
    log.info(`${samples.counts.train} images to train, ${samples.counts.val} to validate, ${samples.split.test} kept to test with, ${samples.classes.length} classes, ${images.side} pixels`);
    const spec = {
      taskType: grant.task_type,
      multiLabel: labels.multiLabel,
      classes: samples.classes,
      model: grant.model,
      hyperparameters: grant.hyperparameters,
      imageSide: images.side,
      cacheFile: images.cacheFile,
      labelMapsFile: masks.file,
      samplesFile,
      snapshotSha256: grant.snapshot.sha256,
    };
    return { spec, split: samples.split };
  }

  private async readArchive(bytes: ArchiveBytes, read: ArchiveRequest): Promise<ArchiveContent> {
    const reading = new ArchiveReading(this.labels, this.limits, read);
    try {
      await this.archive.read(bytes, (file, content) => reading.visit(file, content), { signal: read.signal, isFirst: (name) => LABELS.test(name) });
      await reading.images.finish();
    } finally {
      await reading.close();
    }
    return content(reading);
  }
}

interface ArchiveContent {
  readonly labels: TrainingLabels;
  readonly images: Pick<DecodedImages, 'byName' | 'failed' | 'side' | 'cacheFile'>;
  readonly masks: Pick<DecodedMasks, 'byName' | 'failed' | 'file'>;
}

/** Names of the labels as the archive spells them: below its one folder, and below images/ where the file gives a bare name. */
function content({ found, images, masks }: ArchiveReading): ArchiveContent {
  if (found === null) throw new AttemptFailure('validation-failed', 'The snapshot has no annotations.json.', { retryable: false });
  const { root, labels } = found;
  const resolve = (name: string): string => [`${root}${name}`, `${root}images/${name}`].find((one) => images.byName.has(one)) ?? `${root}${name}`;
  const spelled = (image: LabeledImage): LabeledImage => ({ ...image, fileName: resolve(image.fileName), maskFile: image.maskFile === null ? null : `${root}${image.maskFile}` });
  return { images, masks, labels: { ...labels, images: labels.images.map(spelled) } };
}
