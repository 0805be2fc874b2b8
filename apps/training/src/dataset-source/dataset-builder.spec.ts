import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { TrainingGrant } from '@app/contracts';
import type { ObjectStore } from '@app/object-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttemptFolders } from '../jobs/attempt-folder.js';
import { tinyDataset } from '../testing/tiny-dataset.js';
import { silentLog, type TrainingLog } from '../training-log.js';
import { DatasetBuilder } from './dataset-builder.js';
import { DiceLabelReader } from './dice-label-reader.js';
import { SnapshotCache } from './snapshot-cache.js';
import { SnapshotSource } from './snapshot-source.js';
import { ZipArchiveReader } from './zip-archive-reader.js';

const SIDE = 16;
const IMAGES = 40;
let workDirectory: string;

beforeEach(async () => {
  workDirectory = await mkdtemp(join(tmpdir(), 'vision-dataset-'));
});
afterEach(() => rm(workDirectory, { recursive: true, force: true }));

const storeOf = (zip: Buffer): Pick<ObjectStore, 'get'> => ({
  get: (key, options) => {
    const { start = 0, end = zip.length - 1 } = options?.range ?? {};
    const part = zip.subarray(start, end + 1);
    return Promise.resolve({ key, sizeBytes: part.length, etag: 'one', lastModified: new Date(0), body: Readable.from([part]) });
  },
});

describe('what a training reads of a version', () => {
  it.each(['', 'my-dataset/'])('is decoded where an epoch looks at it, and nothing else, below "%s"', async (root) => {
    // The first three cannot be decoded: two that are kept to test with, and one without a label. Nobody notices. The fourth has a label.
    const change = (image: Record<string, unknown>, number: number): Record<string, unknown> => {
      if (number <= 2 || number > IMAGES - 3) return { ...image, split: 'test' };
      if (number !== 3 && number !== 5) return image;
      const { annotation: _, ...rest } = image;
      return { ...rest, metadata: { status: 'unlabeled' } };
    };
    const { zip, sha256 } = await tinyDataset(IMAGES, { brokenImages: 4, root, change });
    const lines: string[] = [];
    const log: TrainingLog = { ...silentLog, warn: (line) => void lines.push(line) };
    const folder = await new AttemptFolders({ workDirectory, workLimitBytes: 1e9, reserveBytes: 0 }).create({ job_id: '01890a5d-ac96-774b-bcce-b302099a8057', attempt: 1, fencing_token: '01890a5d-ac96-774b-bcce-b302099a8057' });
    const grant: TrainingGrant = {
      job_id: '01890a5d-ac96-774b-bcce-b302099a8057',
      attempt: 1,
      fencing_token: '01890a5d-ac96-774b-bcce-b302099a8057',
      expires_at: new Date(0).toISOString(),
      lease_seconds: 60,
      dataset_id: 'platform-bars-0123abcd',
      task_type: 'image_classification',
      snapshot: { version: 1, key: 'k', size_bytes: zip.length, sha256 },
      model: 'cnn-small',
      hyperparameters: { image_size: SIDE, val_fraction: 0.25, seed: 1 },
      split: null,
      resume_from: null,
    };
    const source = new SnapshotSource(storeOf(zip), new SnapshotCache({ workDirectory, limitBytes: 1e9 }));
    const builder = new DatasetBuilder(source, new ZipArchiveReader(), new DiceLabelReader());
    const { spec, split } = await builder.build({ grant, folder, log, signal: new AbortController().signal, onProgress: () => undefined });
    const trained = IMAGES - 5 - 2 - 1;
    expect(split).toMatchObject({ test: 5 });
    expect(split.train + split.val).toBe(trained);
    expect((await stat(spec.cacheFile)).size).toBe(trained * SIDE * SIDE * 3);
    expect(lines.join('\n')).toMatch(/000004\.png stays out/);
    expect(lines.join('\n')).not.toMatch(/00000[1235]\.png/);
  });
});
