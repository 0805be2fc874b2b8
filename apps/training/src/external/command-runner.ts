import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandRun, Trainer } from '@app/contracts';
import type { ObjectStore } from '@app/object-store';
import { downloadCheckpoint } from '../checkpoints/checkpoint-download.js';
import type { SnapshotSource } from '../dataset-source/snapshot-source.js';
import type { AttemptContext } from '../jobs/attempt-context.js';
import { makeDatasetFolder, type DatasetFolder } from './dataset/dataset-folder.js';
import type { PreparedTrainer, TrainerRunner } from './external-trainers.js';
import { DATASET_FOLDER, JOB_FILE, OUTPUT_FOLDER, RESUME_FILE, TEMPORARY_FOLDER, trainerJob } from './job-file.js';
import { originOfWork } from './origin-of-work.js';
import { LocalOutputFiles } from './output-files.js';
import { TrainerLog } from './trainer-log.js';
import { TrainerOutput } from './trainer-output.js';
import { TrainerProcess } from './trainer-process.js';

export interface CommandRunnerParts {
  readonly store: Pick<ObjectStore, 'get'>;
  readonly snapshots: SnapshotSource;
  /** The service's, of which a trainer gets what its operator allows. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The supervisor's program; tests run it from the sources. */
  readonly supervisorEntry?: string;
  readonly graceMilliseconds?: number;
}

/** Within the 5 s in which a cancel is to take effect. */
const GRACE_MILLISECONDS = 2_000;

/** Trainers that are programs on this machine. */
export class CommandRunner implements TrainerRunner {
  constructor(private readonly parts: CommandRunnerParts) {}

  async prepare(context: AttemptContext, trainer: Trainer): Promise<PreparedTrainer> {
    const { run } = trainer;
    if (run.kind !== 'command') throw new Error('not a command');
    const root = context.folder.file('job');
    for (const name of ['', DATASET_FOLDER, OUTPUT_FOLDER, TEMPORARY_FOLDER]) await mkdir(join(root, name), { recursive: true, mode: 0o700 });
    const dataset = await this.makeDataset(context, { root, layout: trainer.dataset });
    await this.fetchCheckpoint(context, root);
    const { grant, epochs } = context;
    const job = trainerJob({ grant, epochs, layout: trainer.dataset, modelFormat: trainer.model_format, resumeEpoch: grant.resume_from?.epoch ?? null }, dataset);
    await writeFile(join(root, JOB_FILE), `${JSON.stringify(job, null, 2)}\n`, { mode: 0o600 });
    context.signal.throwIfAborted();
    return { run: this.process(context, { trainer, run, root, trainImages: dataset.trainImages }), split: dataset.split };
  }

  private process(context: AttemptContext, facts: { readonly trainer: Trainer; readonly run: CommandRun; readonly root: string; readonly trainImages: number }): TrainerProcess {
    const { trainer, run, root, trainImages } = facts;
    const { folder, grant, epochs } = context;
    const resumedFromEpoch = grant.resume_from?.epoch ?? 0;
    const log = new TrainerLog(context.log);
    const files = new LocalOutputFiles(join(root, OUTPUT_FOLDER), (bytes) => folder.assertRoom(bytes));
    const output = new TrainerOutput({ epochs, resumedFromEpoch, trainImages, modelFormat: trainer.model_format, files, pathFor: (name) => folder.file(name), log });
    return new TrainerProcess({
      order: {
        command: [...run.command],
        cwd: run.working_directory ?? root,
        environment: environmentOf(run, this.parts.environment, root),
        token: randomUUID(),
        memoryLimitBytes: run.memory_limit_bytes,
        maxProcesses: run.max_processes,
        timeLimitSeconds: run.time_limit_seconds,
        graceMilliseconds: this.parts.graceMilliseconds ?? GRACE_MILLISECONDS,
      },
      output,
      log,
      started: { kind: 'started', engine: 'external', resumedFromEpoch },
      assertRoom: () => folder.assertRoom(0),
      entry: this.parts.supervisorEntry,
    });
  }

  private makeDataset(context: AttemptContext, { root, layout }: { readonly root: string; readonly layout: Trainer['dataset'] }): Promise<DatasetFolder> {
    const { grant, folder, signal, log, progress } = context;
    log.info(`reading version ${grant.snapshot.version} of ${grant.dataset_id}, ${grant.snapshot.size_bytes} bytes`);
    return makeDatasetFolder(this.parts.snapshots, {
      facts: grant,
      layout,
      folder: join(root, DATASET_FOLDER),
      assertRoom: (bytes) => folder.assertRoom(bytes),
      signal,
      log,
      onProgress: ({ bytes }) => progress.report({ phase: 'downloading', epoch: 0, fraction: bytes / grant.snapshot.size_bytes, imagesPerSecond: null }),
    });
  }

  private async fetchCheckpoint(context: AttemptContext, root: string): Promise<void> {
    const { resume_from: from } = context.grant;
    if (from === null) return;
    await context.folder.assertRoom(from.size_bytes);
    await downloadCheckpoint(this.parts.store, { ...from, what: `the checkpoint of epoch ${from.epoch}` }, { path: join(root, RESUME_FILE), ...context });
    context.log.info(`going on from the checkpoint of epoch ${from.epoch}`);
  }
}

/** What the operator allows, and where its things lie; nothing of the service's own. */
export function environmentOf({ environment }: CommandRun, own: Readonly<Record<string, string | undefined>>, root: string): Record<string, string> {
  const allowed = environment.allow.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]] as const]));
  const temporary = join(root, TEMPORARY_FOLDER);
  return { HOME: temporary, TMPDIR: temporary, ...Object.fromEntries(allowed), ...environment.set, ...originOfWork(), VISION_JOB: join(root, JOB_FILE), VISION_JOB_FOLDER: root };
}
