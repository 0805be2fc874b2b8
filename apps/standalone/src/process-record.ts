import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isStillRunning, processIdentity, stopLeftover } from '@app/local-services';

/** The backend's own budget for requests in progress is 12 s. */
const STOP_BUDGET_MILLISECONDS = 13_000;

/**
 * The child processes of this start, one file each in the data folder. Children end when the launcher does, but one that finishes an upload
 * first may still be at work when the next start comes, and two object stores on one folder would damage it.
 */
export class ProcessRecord {
  private readonly folder: string;

  constructor(dataDirectory: string) {
    this.folder = join(dataDirectory, 'processes');
  }

  /** Ends what an earlier start left behind, all at the same time, and says so. */
  async stopLeftovers(log: (sentence: string) => void): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await Promise.all((await readdir(this.folder)).map((name) => this.stopOne(name, log)));
  }

  /** Never fails: on a full disk the record is missing, which matters only after a kill -9 of the launcher. */
  async add(name: string, pid: number): Promise<void> {
    await writeFile(join(this.folder, name), await processIdentity(pid), { mode: 0o600 }).catch(() => undefined);
  }

  private async stopOne(name: string, log: (sentence: string) => void): Promise<void> {
    const identity = await readFile(join(this.folder, name), 'utf8').catch(() => '');
    const pid = Number.parseInt(identity, 10);
    if (await isStillRunning(identity)) {
      const stopped = await stopLeftover({ label: name, pid, isOurs: () => isStillRunning(identity), stopSignal: 'SIGTERM', budgetMilliseconds: STOP_BUDGET_MILLISECONDS });
      if (stopped) log(`Stopped the ${name} that an earlier start left behind (process ${pid}).`);
    }
    await rm(join(this.folder, name), { force: true });
  }
}
