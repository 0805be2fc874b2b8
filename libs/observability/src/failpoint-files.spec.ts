import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failpoint, handleFailpoints } from '@app/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { armFailpoints } from './failpoint-files.js';

let folder: string;
const arm = (file: string, action: string): Promise<void> => writeFile(join(folder, file), action);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-failpoints-'));
});
afterEach(async () => {
  handleFailpoints(null);
  await rm(folder, { recursive: true, force: true });
});

describe('a failpoint', () => {
  it('does nothing where nobody handles it, although it is armed', async () => {
    await arm('here', 'fail');
    await expect(failpoint('here')).resolves.toBeUndefined();
    expect(existsSync(join(folder, 'here'))).toBe(true);
  });

  it('breaks once, and only where it is armed', async () => {
    armFailpoints(folder);
    await arm('here@this.case', 'fail');
    await failpoint('there', 'this.case');
    await failpoint('here', 'another.case');
    await expect(failpoint('here', 'this.case')).rejects.toThrow('failpoint here');
    await failpoint('here', 'this.case');
  });

  it('arms every case of a name without a detail, waits when told to, and refuses an action that it does not know', async () => {
    armFailpoints(folder);
    await arm('here', 'pause 60');
    const from = performance.now();
    await failpoint('here', 'any');
    expect(performance.now() - from).toBeGreaterThan(50);
    await arm('here', 'explode');
    await expect(failpoint('here', 'any')).rejects.toThrow('unknown action');
  });
});
