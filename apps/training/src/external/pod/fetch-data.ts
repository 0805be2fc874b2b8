import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadCheckpoint } from '../../checkpoints/checkpoint-download.js';
import { SnapshotCache } from '../../dataset-source/snapshot-cache.js';
import { SnapshotSource } from '../../dataset-source/snapshot-source.js';
import { toFailure } from '../../jobs/attempt-errors.js';
import type { TrainingLog } from '../../training-log.js';
import { makeDatasetFolder } from '../dataset/dataset-folder.js';
import { DATASET_FOLDER, JOB_FILE, OUTPUT_FOLDER, RESUME_FILE, TEMPORARY_FOLDER, trainerJob } from '../job-file.js';
import type { PodGrant, PodPrepared } from './pod-grant.js';
import { PresignedStore } from './presigned-store.js';

const SNAPSHOT_KEY = 'snapshot';
const RESUME_KEY = 'resume';
/** The termination message has 4,096 bytes. */
const MOST_DETAIL = 1_000;

/** Lays out a trainer's folder in its pod, as CommandRunner does on this machine. Never throws: the answer says what went wrong. */
export async function fetchData(grant: PodGrant, root: string, to: { readonly signal: AbortSignal; readonly log: TrainingLog }): Promise<PodPrepared> {
  try {
    return await fetched(grant, root, to);
  } catch (error) {
    const { code, detail, retryable } = toFailure(error);
    to.log.error(error instanceof Error ? error.message : String(error));
    // An address that ran out while the pod waited for a GPU: the next attempt gets a fresh one.
    return { ok: false, code, detail: detail.slice(0, MOST_DETAIL), retryable: retryable || code === 'storage-auth' };
  }
}

async function fetched(grant: PodGrant, root: string, { signal, log }: { readonly signal: AbortSignal; readonly log: TrainingLog }): Promise<PodPrepared> {
  for (const name of ['', DATASET_FOLDER, OUTPUT_FOLDER, TEMPORARY_FOLDER]) await mkdir(join(root, name), { recursive: true, mode: 0o700 });
  const { snapshot: data, resume } = grant;
  const store = new PresignedStore(new Map([[SNAPSHOT_KEY, data.url], ...(resume === null ? [] : [[RESUME_KEY, resume.url] as const])]));
  const snapshot = { version: data.version, key: SNAPSHOT_KEY, size_bytes: data.size_bytes, sha256: data.sha256 };
  const facts = { job_id: grant.job_id, attempt: grant.attempt, model: grant.model, task_type: grant.task_type, hyperparameters: grant.hyperparameters, split: grant.split, snapshot };
  const dataset = await makeDatasetFolder(new SnapshotSource(store, new SnapshotCache({ workDirectory: root, limitBytes: 0 })), {
    facts,
    layout: grant.layout,
    folder: join(root, DATASET_FOLDER),
    // The volume has a limit of its own, and the kubelet holds it.
    assertRoom: () => Promise.resolve(),
    signal,
    log,
    onProgress: () => undefined,
  });
  if (resume !== null) {
    await downloadCheckpoint(store, { what: `the checkpoint of epoch ${resume.epoch}`, key: RESUME_KEY, size_bytes: resume.size_bytes, sha256: resume.sha256 }, { path: join(root, RESUME_FILE), signal, log });
  }
  const job = trainerJob({ grant: facts, epochs: grant.epochs, layout: grant.layout, modelFormat: grant.model_format, resumeEpoch: resume?.epoch ?? null }, dataset);
  await writeFile(join(root, JOB_FILE), `${JSON.stringify(job, null, 2)}\n`, { mode: 0o600 });
  return { ok: true, train_images: dataset.trainImages, split: dataset.split };
}
