import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3ObjectStore, objectKeys } from '@app/object-store';
import { newId } from '@app/kernel';
import { testServices } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../training-log.js';
import { ModelCache } from './model-cache.js';

const options = { signal: new AbortController().signal, log: silentLog };
let folder = '';
let store: S3ObjectStore;

async function stored(content: string): Promise<{ key: string; size_bytes: number; sha256: string }> {
  const key = objectKeys.uploadedModel(newId());
  await store.put(key, Buffer.from(content));
  return { key, size_bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-model-cache-'));
  const { store: facts } = testServices();
  store = new S3ObjectStore({ ...facts, region: 'auto' });
});
afterAll(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the cache of models', () => {
  it('fetches once, drops the least recently used, and refuses other bytes', async () => {
    const cache = new ModelCache(store, { workDirectory: folder, limitBytes: 25 });
    const [first, second, third] = [await stored('first-model'), await stored('second-model'), await stored('third-model')];
    const [one, same] = await Promise.all([cache.path(first, options), cache.path(first, options)]);
    expect(one).toBe(same);
    await cache.path(second, options);
    await store.delete([first.key]);
    // Used again: the second one is the older now.
    expect(await readFile(await cache.path(first, options), 'utf8')).toBe('first-model');
    await cache.path(third, options);
    expect((await readdir(join(folder, 'models'))).sort()).toEqual([`${first.sha256}.onnx`, `${third.sha256}.onnx`].sort());
    await expect(cache.path({ ...second, sha256: 'f'.repeat(64) }, options)).rejects.toMatchObject({ code: 'corrupt-model' });
    await writeFile(join(folder, 'models/left.part'), 'x');
    await cache.sweep();
    expect(await readdir(join(folder, 'models'))).not.toContain('left.part');
  });
});
