import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { handleFailpoints } from '@app/kernel';

/**
 * Lets files of `directory` break this process: a file `NAME` or `NAME@DETAIL` arms the failpoint for one hit, also of a process that is
 * started later. Its text is what happens: `kill` (SIGKILL, at once), `fail` (an error) or `pause MILLISECONDS`. The file is gone before
 * it happens, so that a process that was started again passes. For tests; the configuration refuses the folder in production.
 */
export function armFailpoints(directory: string): void {
  handleFailpoints(async (name, detail) => {
    const action = taken(join(directory, `${name}@${detail}`)) ?? taken(join(directory, name));
    if (action !== null) await act(name, action);
  });
}

/** The text of the file, which is gone then; null without one, or when another process was quicker. */
function taken(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8').trim();
    unlinkSync(path);
    return text;
  } catch {
    return null;
  }
}

async function act(name: string, action: string): Promise<void> {
  const pause = /^pause (\d+)$/.exec(action);
  if (pause !== null) {
    await sleep(Number(pause[1]));
    return;
  }
  // No line of code runs after a SIGKILL of oneself.
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  throw new Error(action === 'fail' ? `failpoint ${name}` : `failpoint ${name}: unknown action "${action}"`);
}
