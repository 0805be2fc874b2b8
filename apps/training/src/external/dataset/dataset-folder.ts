import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { openArchive, readEntry, type ArchiveEntry } from '@app/archive';
import type { ResolvedSplitMessage, TrainingGrant } from '@app/contracts';
import type { ArchiveBytes } from '../../dataset-source/archive-reader.port.js';
import { DiceLabelReader } from '../../dataset-source/dice-label-reader.js';
import type { LabeledImage, TrainingLabels } from '../../dataset-source/label-reader.port.js';
import type { SnapshotSource } from '../../dataset-source/snapshot-source.js';
import { trainingSamples } from '../../dataset-source/training-samples.js';
import { SNAPSHOT_LIMITS, ZipArchiveReader } from '../../dataset-source/zip-archive-reader.js';
import { AttemptFailure } from '../../jobs/attempt-errors.js';
import type { TrainingLog } from '../../training-log.js';
import { LABEL_FILE, type Placed } from './placed-images.js';
import { UnpackedFiles } from './unpacked-files.js';
import { YoloFolder } from './yolo-folder.js';

export type DatasetFacts = Pick<TrainingGrant, 'task_type' | 'snapshot' | 'split' | 'hyperparameters'>;

export interface FolderRequest {
  readonly facts: DatasetFacts;
  readonly layout: 'dice' | 'yolo';
  /** The dataset's folder: made, and emptied first. */
  readonly folder: string;
  /** Refuses what does not fit. */
  readonly assertRoom: (bytes: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly log: TrainingLog;
  readonly onProgress: (progress: { readonly bytes: number; readonly images: number }) => void;
}

export interface DatasetFolder {
  readonly multiLabel: boolean;
  readonly classes: readonly { readonly id: number; readonly name: string }[];
  /** Path of the file that describes the dataset, from its folder. */
  readonly description: string | null;
  /** Names of files with one image a line, from the dataset's folder. */
  readonly trainList: string;
  readonly valList: string;
  readonly trainImages: number;
  readonly valImages: number;
  readonly split: ResolvedSplitMessage;
}

interface Unpacked {
  readonly labels: TrainingLabels;
  /** By the path from the dataset's root. */
  readonly sha256: ReadonlyMap<string, string>;
}

const LABELS = /^(?:[^/]+\/)?annotations\.json$/;
const ROOM_CHECK_FILES = 256;

/** A snapshot as files for a program that is not ours: the images of its train and validation sides and their labels, nothing else. */
export async function makeDatasetFolder(snapshots: SnapshotSource, request: FolderRequest): Promise<DatasetFolder> {
  const { facts, signal, log } = request;
  const files = new UnpackedFiles(request.folder);
  let images = 0;
  let bytesRead = 0;
  const tell = (): void => request.onProgress({ bytes: bytesRead, images });
  const onImage = (): void => void (images += 1);
  const onBytes = (bytes: number): void => {
    bytesRead = bytes;
    tell();
  };
  const unpacked = await snapshots.read(facts.snapshot, (bytes) => unpack(bytes, files, { ...request, onImage }), { signal, log, onBytes });
  return dealt(unpacked, files, request);
}

async function unpack(bytes: ArchiveBytes, files: UnpackedFiles, request: FolderRequest & { readonly onImage: () => void }): Promise<Unpacked> {
  const { signal } = request;
  // A reading that turned out to be wrong is begun again.
  await files.clear();
  const { root, labels } = await readLabels(bytes, files, request);
  const wanted = new Map(labels.images.map((image) => [image.datasetPath, image]));
  const sha256 = new Map<string, string>();
  let seen = 0;
  await new ZipArchiveReader().read(
    bytes,
    async (file, content) => {
      signal.throwIfAborted();
      const path = insideRoot(file.name, root);
      const image = wanted.get(path) ?? wanted.get(`images/${path}`);
      if (image === undefined && !path.startsWith('masks/')) return;
      if (seen % ROOM_CHECK_FILES === 0) await request.assertRoom(file.sizeBytes);
      seen += 1;
      if (image === undefined) await files.write(path, content);
      else sha256.set(image.datasetPath, image.split === 'test' ? await hashOf(content) : await files.write(image.datasetPath, content));
      request.onImage();
    },
    { signal },
  );
  return { labels, sha256 };
}

/** The labels first, by reads of the archive's end: what nobody has labeled is not written at all. */
async function readLabels(bytes: ArchiveBytes, files: UnpackedFiles, { facts, signal, assertRoom }: FolderRequest): Promise<{ readonly root: string; readonly labels: TrainingLabels }> {
  const source = { sizeBytes: bytes.sizeBytes, read: (range: { readonly start: number; readonly end: number }) => bytes.range(range) };
  const directory = await openArchive(source, SNAPSHOT_LIMITS, signal);
  let found: ArchiveEntry | null = null;
  for (const entry of directory.entriesByOffset()) if (LABELS.test(entry.name) && !entry.isJunk) found = entry;
  if (found === null) throw new AttemptFailure('validation-failed', 'The snapshot has no annotations.json.', { retryable: false });
  await assertRoom(found.sizeBytes);
  await files.write(LABEL_FILE, readEntry(source, found, signal));
  const labels = await new DiceLabelReader().read(createReadStream(files.pathOf(LABEL_FILE)), signal);
  if (labels.taskType !== facts.task_type) {
    throw new AttemptFailure('validation-failed', `The snapshot is a ${labels.taskType} dataset, but the job is a ${facts.task_type} training.`, { retryable: false });
  }
  return { root: found.name.slice(0, -LABEL_FILE.length), labels };
}

const insideRoot = (name: string, root: string): string => (root !== '' && name.startsWith(root) ? name.slice(root.length) : name);

async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}

/** Deals the images, removes those of no side, and lays out the rest. */
async function dealt({ labels, sha256 }: Unpacked, files: UnpackedFiles, { facts, layout, log, signal }: FolderRequest): Promise<DatasetFolder> {
  // Images and masks are not decoded here: one that is damaged is for the trainer to say, and the sizes are not asked for.
  const present = new Map([...sha256].map(([path, hash], cacheIndex) => [path, { cacheIndex, sha256: hash, width: 0, height: 0 }]));
  const samples = trainingSamples({ ...labels, images: labels.images.map((image) => ({ ...image, fileName: image.datasetPath, maskFile: null })) }, { images: present, masks: new Map() }, facts);
  const byId = new Map(labels.images.map((image) => [image.id, image]));
  const sides = new Map<string, 'train' | 'val'>();
  for (const { imageId, side } of samples.samples()) sides.set(pathOf(byId, imageId), side);
  for (const [path] of sha256) if (!sides.has(path)) await files.remove(path);
  if (samples.leftOut > 0) log.warn(`${samples.leftOut} labeled images stay out because they are missing`);
  log.info(`${samples.counts.train} images to train, ${samples.counts.val} to validate, ${samples.split.test} kept to test with, ${samples.classes.length} classes`);
  const placed = layout === 'yolo' ? await new YoloFolder(files, { labels, sides, signal }).make() : plainly(sides);
  await writeFile(files.pathOf('train.txt'), linesOf(placed.paths, 'train'), { mode: 0o600 });
  await writeFile(files.pathOf('val.txt'), linesOf(placed.paths, 'val'), { mode: 0o600 });
  const { multiLabel } = labels;
  return { multiLabel, classes: samples.classes, description: placed.description, trainList: 'train.txt', valList: 'val.txt', trainImages: samples.counts.train, valImages: samples.counts.val, split: samples.split };
}

function pathOf(byId: ReadonlyMap<number, LabeledImage>, id: number): string {
  const image = byId.get(id);
  if (image === undefined) throw new Error(`image ${id} has no labels`);
  return image.datasetPath;
}

const plainly = (sides: ReadonlyMap<string, 'train' | 'val'>): Placed => ({ paths: [...sides].map(([path, side]) => ({ path, side })), description: LABEL_FILE });

function linesOf(paths: Placed['paths'], side: 'train' | 'val'): string {
  return paths.flatMap((one) => (one.side === side ? [`${one.path}\n`] : [])).join('');
}
