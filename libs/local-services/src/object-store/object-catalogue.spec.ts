import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobFiles, type Segment } from './blob-files.js';
import { ObjectCatalogue, type ObjectRecord } from './object-catalogue.js';

let folder: string;
let blobs: BlobFiles;
let catalogue: ObjectCatalogue;

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
const recordOf = async (text: string): Promise<ObjectRecord> => {
  const { segment, md5 } = await blobs.write(once(text), 1_000);
  return { segments: [segment], sizeBytes: segment.length, etag: md5, modified: 1, headers: {} };
};
const textOf = async (segments: readonly Segment[]): Promise<string> => {
  const open = await blobs.openRange(segments, { start: 0, end: 999 });
  const chunks: Uint8Array[] = [];
  for await (const chunk of open.bytes) chunks.push(chunk);
  await open.close();
  return Buffer.concat(chunks).toString();
};
const onDisk = async (): Promise<number> => (await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length;
const journal = (): string => join(folder, 'journal.ndjson');
const reopen = async (slack?: number): Promise<void> => {
  await catalogue.close();
  catalogue = new ObjectCatalogue(folder, blobs, slack);
  await catalogue.load();
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-catalogue-'));
  blobs = new BlobFiles(folder);
  await blobs.prepare();
  catalogue = new ObjectCatalogue(folder, blobs);
  await catalogue.load();
});

afterEach(async () => {
  await catalogue.close();
  await rm(folder, { recursive: true, force: true });
});

describe('ObjectCatalogue', () => {
  it('keeps the bytes of a copy whose source is deleted before the copy is written down', async () => {
    await catalogue.put('source', await recordOf('value'));
    const source = catalogue.objects.get('source');
    if (source === undefined) throw new Error('the source is missing');
    const deleted = catalogue.delete('source');
    await catalogue.holding(source.segments, () => catalogue.put('copy', source));
    await deleted;
    expect(await textOf(source.segments)).toBe('value');
    await reopen();
    expect(await textOf(catalogue.objects.get('copy')?.segments ?? [])).toBe('value');
    await catalogue.delete('copy');
    expect(await onDisk()).toBe(0);
  });

  it('removes held bytes when the last holder ends, also by an error', async () => {
    await catalogue.put('k', await recordOf('value'));
    const { segments } = catalogue.objects.get('k') ?? { segments: [] };
    const held = catalogue.holding(segments, async () => {
      await catalogue.delete('k');
      expect(await onDisk()).toBe(1);
      throw new Error('left');
    });
    await expect(held).rejects.toThrow('left');
    expect(await onDisk()).toBe(0);
  });

  it('refuses to start with a damaged line, and removes nothing', async () => {
    await catalogue.put('k', await recordOf('value'));
    await catalogue.close();
    const whole = await readFile(journal());
    await writeFile(journal(), Buffer.concat([Buffer.from('{"do":"p\n'), whole]));
    await expect(new ObjectCatalogue(folder, blobs).load()).rejects.toThrow(/Line 1 .*journal.* is damaged/);
    expect(await onDisk()).toBe(1);
    await writeFile(journal(), whole);
    await reopen();
    expect(catalogue.objects.has('k')).toBe(true);
  });

  it('does not take a journal that cannot be read, or is gone, for an empty one', async () => {
    await catalogue.put('k', await recordOf('value'));
    await catalogue.close();
    const whole = await readFile(journal());
    await rm(journal());
    await mkdir(journal());
    await expect(new ObjectCatalogue(folder, blobs).load()).rejects.toThrow('EISDIR');
    await rm(journal(), { recursive: true });
    await expect(new ObjectCatalogue(folder, blobs).load()).rejects.toThrow('blobs but no journal');
    expect(await onDisk()).toBe(1);
    await writeFile(journal(), whole);
    await reopen();
    expect(await textOf(catalogue.objects.get('k')?.segments ?? [])).toBe('value');
  });

  it('drops a line that was cut off, wherever it was cut', async () => {
    await catalogue.put('a', await recordOf('one'));
    const kept = (await readFile(journal())).length;
    await catalogue.put('b', await recordOf('two'));
    await catalogue.close();
    const whole = await readFile(journal());
    for (let length = kept; length < whole.length; length += 9) {
      await writeFile(journal(), whole.subarray(0, length));
      catalogue = new ObjectCatalogue(folder, blobs);
      await catalogue.load();
      expect([...catalogue.objects.keys()]).toEqual(['a']);
      await catalogue.put('c', await recordOf('three'));
      await reopen();
      expect([...catalogue.objects.keys()]).toEqual(['a', 'c']);
      await catalogue.close();
    }
    expect(await onDisk()).toBe(2);
  });

  it('writes the journal anew while it runs, with open uploads in it', async () => {
    await reopen(50);
    await catalogue.begin('u', { key: 'm', headers: {}, initiated: 5 });
    const part = await recordOf('part');
    await catalogue.part('u', 1, part);
    await Promise.all(Array.from({ length: 500 }, async (_, index) => catalogue.put(`k${index % 3}`, { ...part, modified: index })));
    expect((await readFile(journal(), 'utf8')).split('\n').length).toBeLessThan(100);
    await reopen(50);
    expect([...catalogue.objects].map(([key, { modified }]) => [key, modified])).toEqual([['k0', 498], ['k1', 499], ['k2', 497]]);
    expect(catalogue.uploads.get('u')?.parts.get(1)).toMatchObject({ etag: part.etag });
    expect(await textOf(part.segments)).toBe('part');
  });

  it('keeps keys in the order of their UTF-8 bytes through puts and deletes', async () => {
    const record = await recordOf('x');
    const byBytes = (keys: readonly string[]): string[] => [...keys].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    expect(catalogue.sortedKeys()).toEqual([]);
    const keys = ['b', 'a/b', 'a', '\uffee', '😀', '한글', 'a-b', 'Z', ''].filter((key) => key !== '');
    for (const key of keys) await catalogue.put(key, record);
    expect(catalogue.sortedKeys()).toEqual(byBytes(keys));
    await catalogue.put('a', record);
    await catalogue.delete('a-b');
    await catalogue.delete('absent');
    expect(catalogue.sortedKeys()).toEqual(byBytes(keys.filter((key) => key !== 'a-b')));
  });
});
