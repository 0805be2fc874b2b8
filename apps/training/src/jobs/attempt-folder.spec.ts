import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@app/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttemptFolders } from './attempt-folder.js';

let workDirectory: string;
const attempt = { job_id: newId(), attempt: 2, fencing_token: newId() };

beforeEach(async () => {
  workDirectory = await mkdtemp(join(tmpdir(), 'vision-folder-'));
});
afterEach(async () => {
  await rm(workDirectory, { recursive: true, force: true });
});

describe('AttemptFolders', () => {
  it('sweeps what a crash left behind and nothing else', async () => {
    await mkdir(join(workDirectory, 'attempts', 'left-1', 'deep'), { recursive: true });
    await writeFile(join(workDirectory, 'attempts', 'left-1', 'deep', 'file'), 'x');
    await writeFile(join(workDirectory, 'attempts', 'stray'), 'x');
    await mkdir(join(workDirectory, 'cache'));
    const folders = new AttemptFolders({ workDirectory, workLimitBytes: 1000, reserveBytes: 0 });
    expect(await folders.sweep()).toBe(2);
    expect(await readdir(join(workDirectory, 'attempts'))).toEqual([]);
    expect(await readdir(workDirectory)).toContain('cache');
  });

  it('gives an attempt an empty folder of its own and removes it whole', async () => {
    const folders = new AttemptFolders({ workDirectory, workLimitBytes: 1000, reserveBytes: 0 });
    const first = await folders.create(attempt);
    await writeFile(first.file('old'), 'x');
    const again = await folders.create(attempt);
    expect(await readdir(again.path)).toEqual([]);
    await again.remove();
    await again.remove();
    expect(await readdir(join(workDirectory, 'attempts'))).toEqual([]);
  });

  it('refuses what does not fit into the limit, counting what is there', async () => {
    const folder = await new AttemptFolders({ workDirectory, workLimitBytes: 1000, reserveBytes: 0 }).create(attempt);
    await folder.assertRoom(1000);
    await mkdir(folder.file('deep'));
    await writeFile(join(folder.file('deep'), 'file'), Buffer.alloc(600));
    await folder.assertRoom(400);
    await expect(folder.assertRoom(401)).rejects.toMatchObject({ code: 'work-limit', retryable: false });
  });

  it('refuses what the disk has no room for', async () => {
    const folder = await new AttemptFolders({ workDirectory, workLimitBytes: Number.MAX_SAFE_INTEGER, reserveBytes: 2 ** 52 }).create(attempt);
    await expect(folder.assertRoom(1)).rejects.toMatchObject({ code: 'disk-full', retryable: true });
  });
});
