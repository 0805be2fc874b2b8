import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '@app/object-store';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import type { TrainingLog } from '../training-log.js';
import { fetchObject, type WantedObject } from './fetched-object.js';

const ENTRY = /^[0-9a-f]{64}\.onnx$/;

/** Models that were used before, by SHA-256, the least recently used going first when the limit is reached. */
export class ModelCache {
  private readonly folder: string;
  private readonly fetching = new Map<string, Promise<string>>();

  constructor(
    private readonly store: Pick<ObjectStore, 'get'>,
    private readonly options: { readonly workDirectory: string; readonly limitBytes: number },
  ) {
    this.folder = join(options.workDirectory, 'models');
  }

  /** Removes what a crash left half-written. */
  async sweep(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.folder)) if (!ENTRY.test(name)) await rm(join(this.folder, name), { recursive: true, force: true });
  }

  /** Path of the model's file. Those who ask for the same one at a time share one download. Throws `corrupt-model` for other bytes than were registered. */
  async path(model: WantedObject, options: { readonly signal: AbortSignal; readonly log: TrainingLog }): Promise<string> {
    const path = join(this.folder, `${model.sha256}.onnx`);
    const facts = await stat(path).catch(() => null);
    if (facts?.size === model.size_bytes) {
      const now = new Date();
      await utimes(path, now, now).catch(() => undefined);
      return path;
    }
    const running = this.fetching.get(model.sha256) ?? this.fetch(model, path, options).finally(() => this.fetching.delete(model.sha256));
    this.fetching.set(model.sha256, running);
    return running;
  }

  private async fetch(model: WantedObject, path: string, options: { readonly signal: AbortSignal; readonly log: TrainingLog }): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.makeRoom(model.size_bytes);
    const partial = join(this.folder, `${model.sha256}.${randomUUID()}.part`);
    try {
      if (!(await fetchObject(this.store, model, { path: partial, ...options }))) throw new AttemptFailure('corrupt-model', 'The model does not have the content that was stored.', { retryable: false });
      await rename(partial, path);
      return path;
    } finally {
      await rm(partial, { force: true });
    }
  }

  /** One model always fits: without it nothing can be done. */
  private async makeRoom(neededBytes: number): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => ENTRY.test(name));
    const entries = await Promise.all(names.map(async (name) => ({ path: join(this.folder, name), ...(await stat(join(this.folder, name))) })));
    let total = entries.reduce((sum, entry) => sum + entry.size, 0);
    for (const entry of entries.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (total + neededBytes <= this.options.limitBytes) return;
      await rm(entry.path, { force: true });
      total -= entry.size;
    }
  }
}
