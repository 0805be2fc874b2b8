import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptRef } from '../backend-client/backend-client.port.js';
import { AttemptFailure } from './attempt-errors.js';

export interface AttemptFoldersOptions {
  readonly workDirectory: string;
  /** Most bytes of one attempt's folder. */
  readonly workLimitBytes: number;
  /** Left free on the disk for everything else that runs there. */
  readonly reserveBytes: number;
}

/** The temporary files: one folder per attempt, none without an attempt. */
export class AttemptFolders {
  private readonly root: string;

  constructor(private readonly options: AttemptFoldersOptions) {
    this.root = join(options.workDirectory, 'attempts');
  }

  /** Removes what a crash left behind; before the first attempt. Answers how many folders there were. */
  async sweep(): Promise<number> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    const left = await readdir(this.root);
    for (const name of left) await rm(join(this.root, name), { recursive: true, force: true });
    return left.length;
  }

  async create(attempt: AttemptRef): Promise<AttemptFolder> {
    // Both parts were checked by the grant's schema: a UUID and a number.
    const path = join(this.root, `${attempt.job_id}-${attempt.attempt}`);
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true, mode: 0o700 });
    return new AttemptFolder(path, this.options);
  }
}

export class AttemptFolder {
  constructor(
    readonly path: string,
    private readonly options: Pick<AttemptFoldersOptions, 'workLimitBytes' | 'reserveBytes'>,
  ) {}

  file(name: string): string {
    return join(this.path, name);
  }

  /** Refuses with a clear failure when `bytes` more do not fit into the folder's limit or onto the disk. */
  async assertRoom(bytes: number): Promise<void> {
    const used = await sizeOf(this.path);
    const { workLimitBytes, reserveBytes } = this.options;
    if (used + bytes > workLimitBytes) {
      throw new AttemptFailure('work-limit', `The training needs more than the ${workLimitBytes} bytes that WORK_LIMIT_BYTES allows for temporary files.`, { retryable: false });
    }
    const disk = await statfs(this.path);
    if (disk.bavail * disk.bsize < bytes + reserveBytes) {
      throw new AttemptFailure('disk-full', 'The disk of the training service has too little room for the temporary files of this training.', { retryable: true });
    }
  }

  async remove(): Promise<void> {
    // A child that was just killed may have left a file half-open: Windows aside, rm succeeds at once.
    await rm(this.path, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
  }
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // A file may go between the listing and the look at it.
    bytes += await stat(join(entry.parentPath, entry.name)).then((facts) => facts.size, () => 0);
  }
  return bytes;
}
