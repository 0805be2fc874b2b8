import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { plannedZip, type PlannedEntry } from '@app/archive';
import { StoreUnavailable, type ObjectBody } from '@app/object-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import { silentLog } from '../training-log.js';
import { SnapshotCache } from './snapshot-cache.js';
import { SnapshotSource, type SnapshotConsumer } from './snapshot-source.js';

const bytes = Buffer.from('a snapshot, frozen for ever');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const snapshot = { version: 1, key: 'k', size_bytes: bytes.length, sha256 };
let workDirectory: string;

beforeEach(async () => {
  workDirectory = await mkdtemp(join(tmpdir(), 'vision-snapshot-'));
});
afterEach(async () => {
  await rm(workDirectory, { recursive: true, force: true });
});

/** A store that answers with these contents, one after the other; the last one for ever. A number cuts the content there. */
function storeOf(...contents: (Buffer | { content: Buffer; cutAt: number })[]): { get: (key: string, options?: { range?: { start: number } }) => Promise<ObjectBody>; reads: number[] } {
  const reads: number[] = [];
  return {
    reads,
    get: (key, options) => {
      const one = contents.length > 1 ? contents.shift() : contents[0];
      if (one === undefined) return Promise.reject(new StoreUnavailable());
      const start = options?.range?.start ?? 0;
      reads.push(start);
      const whole = Buffer.isBuffer(one) ? one.subarray(start) : one.content.subarray(start, one.cutAt);
      return Promise.resolve({ key, sizeBytes: whole.length, etag: '', lastModified: new Date(), body: Readable.from([whole.subarray(0, 5), whole.subarray(5)].filter((part) => part.length > 0)) });
    },
  };
}

const readAll: SnapshotConsumer<string> = async ({ stream: source }) => {
  const parts: Uint8Array[] = [];
  for await (const chunk of source) parts.push(chunk);
  return Buffer.concat(parts).toString();
};
const readFirst: SnapshotConsumer<string> = async ({ stream: source }) => {
  for await (const chunk of source) return Buffer.from(chunk).toString();
  return '';
};

function sourceWith(store: ReturnType<typeof storeOf>, limitBytes = 1000): SnapshotSource {
  return new SnapshotSource(store, new SnapshotCache({ workDirectory, limitBytes }));
}
const options = (): { signal: AbortSignal; log: typeof silentLog } => ({ signal: new AbortController().signal, log: silentLog });

describe('SnapshotSource', () => {
  it('reads the store once, and not at all for the same snapshot again', async () => {
    const store = storeOf(bytes);
    const source = sourceWith(store);
    expect(await source.read(snapshot, readAll, options())).toBe(bytes.toString());
    expect(await source.read(snapshot, readAll, options())).toBe(bytes.toString());
    expect(store.reads).toEqual([0]);
  });

  it('checks and caches the whole object when the consumer stops early', async () => {
    const source = sourceWith(storeOf(bytes));
    expect(await source.read(snapshot, readFirst, options())).toBe('a sna');
    expect(await readFile(join(workDirectory, 'cache', `${sha256}.zip`))).toEqual(bytes);
  });

  it('goes on at the same byte where the connection broke', async () => {
    const store = storeOf({ content: bytes, cutAt: 9 }, bytes);
    expect(await sourceWith(store).read(snapshot, readAll, options())).toBe(bytes.toString());
    expect(store.reads).toEqual([0, 9]);
  });

  it('reads wrong bytes once more and takes the right ones', async () => {
    const store = storeOf(Buffer.alloc(bytes.length), bytes);
    expect(await sourceWith(store).read(snapshot, readAll, options())).toBe(bytes.toString());
  });

  it('fails with corrupt-snapshot when the bytes stay wrong, even if the consumer was content or broke on them, and caches nothing', async () => {
    const wrong = Buffer.alloc(bytes.length);
    const fails: SnapshotConsumer<string> = () => Promise.reject(new Error('no archive'));
    for (const consume of [readAll, readFirst, fails]) {
      const store = storeOf(wrong);
      const failure: unknown = await sourceWith(store).read(snapshot, consume, options()).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(AttemptFailure);
      expect(failure).toMatchObject({ code: 'corrupt-snapshot', retryable: false });
      expect(store.reads).toEqual([0, 0]);
    }
    expect(await readdir(join(workDirectory, 'cache'))).toEqual([]);
  });

  it("hands on the consumer's own error when the bytes are right", async () => {
    const fails: SnapshotConsumer<string> = () => Promise.reject(new Error('no archive'));
    await expect(sourceWith(storeOf(bytes)).read(snapshot, fails, options())).rejects.toThrow('no archive');
  });

  it('notices a cached file that the disk changed, and reads the store', async () => {
    const store = storeOf(bytes);
    const source = sourceWith(store);
    await source.read(snapshot, readAll, options());
    await writeFile(join(workDirectory, 'cache', `${sha256}.zip`), Buffer.alloc(bytes.length));
    expect(await source.read(snapshot, readAll, options())).toBe(bytes.toString());
    expect(store.reads).toEqual([0, 0]);
  });

  it('ends at once when it is aborted, and leaves no file behind', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const stops: SnapshotConsumer<string> = async ({ stream: source }) => {
      for await (const chunk of source) {
        void chunk;
        controller.abort(reason);
      }
      return '';
    };
    await expect(sourceWith(storeOf(bytes)).read(snapshot, stops, { signal: controller.signal, log: silentLog })).rejects.toBe(reason);
    expect(await readdir(join(workDirectory, 'cache'))).toEqual([]);
  });
});

describe('SnapshotCache', () => {
  const fill = async (cache: SnapshotCache, name: string, size: number): Promise<void> => {
    const writer = await cache.begin(name.repeat(64), size);
    await writer?.write(Buffer.alloc(size));
    await writer?.commit();
  };

  it('drops what was not used for longest', async () => {
    const cache = new SnapshotCache({ workDirectory, limitBytes: 250 });
    await fill(cache, 'a', 100);
    await fill(cache, 'b', 100);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await cache.find('a'.repeat(64), 100);
    await fill(cache, 'c', 100);
    expect(await cache.find('b'.repeat(64), 100)).toBeNull();
    expect(await cache.find('a'.repeat(64), 100)).not.toBeNull();
    expect(await cache.find('c'.repeat(64), 100)).not.toBeNull();
  });

  it('takes nothing that is larger than its limit, and nothing at all with a limit of 0', async () => {
    expect(await new SnapshotCache({ workDirectory, limitBytes: 99 }).begin('a'.repeat(64), 100)).toBeNull();
    expect(await new SnapshotCache({ workDirectory, limitBytes: 0 }).begin('a'.repeat(64), 1)).toBeNull();
  });

  it('removes half-written files at the start and keeps whole ones', async () => {
    const cache = new SnapshotCache({ workDirectory, limitBytes: 250 });
    await fill(cache, 'a', 100);
    await writeFile(join(workDirectory, 'cache', `${'b'.repeat(64)}.x.part`), 'half');
    await cache.sweep();
    expect(await readdir(join(workDirectory, 'cache'))).toEqual([`${'a'.repeat(64)}.zip`]);
  });
});

describe('a snapshot of which an older one is in the cache', () => {
  const entry = (name: string, text: string): PlannedEntry => ({ name, sizeBytes: text.length, crc32: crc32(text), open: () => [Buffer.from(text)] });
  const images = Array.from({ length: 50 }, (_, index) => entry(`images/${index}.jpg`, `image ${index} `.repeat(5_000)));
  async function zipOf(entries: readonly PlannedEntry[]): Promise<{ bytes: Buffer; snapshot: typeof snapshot }> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of plannedZip(entries).stream()) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    return { bytes: whole, snapshot: { version: 1, key: 'k', size_bytes: whole.length, sha256: createHash('sha256').update(whole).digest('hex') } };
  }
  /** Counts the bytes that it gives. */
  function rangedStore(content: Buffer): Parameters<typeof sourceWith>[0] & { given: number } {
    const store = {
      given: 0,
      reads: [],
      get: (key: string, { range }: { range?: { start: number; end?: number } } = {}): Promise<ObjectBody> => {
        const part = content.subarray(range?.start ?? 0, (range?.end ?? content.length - 1) + 1);
        store.given += part.length;
        return Promise.resolve({ key, sizeBytes: part.length, etag: '', lastModified: new Date(), body: Readable.from([part]) });
      },
    };
    return store;
  }
  const LIMIT = 10_000_000;

  it('is read from the store only where it differs, and is whole', async () => {
    const old = await zipOf([...images, entry('annotations.json', 'old labels')]);
    const next = await zipOf([...images, entry('annotations.json', 'new labels, more of them')]);
    await sourceWith(rangedStore(old.bytes), LIMIT).read(old.snapshot, readAll, options());
    const store = rangedStore(next.bytes);
    expect((await sourceWith(store, LIMIT).read(next.snapshot, readAll, options())) === next.bytes.toString()).toBe(true);
    expect(store.given).toBeLessThan(next.bytes.length / 4);
    expect((await readFile(join(workDirectory, 'cache', `${next.snapshot.sha256}.zip`))).equals(next.bytes)).toBe(true);
  });

  it('is read whole where the disk changed the older one, or where they have nothing in common', async () => {
    const old = await zipOf([...images, entry('annotations.json', 'old labels')]);
    const next = await zipOf([...images, entry('annotations.json', 'new labels')]);
    await sourceWith(rangedStore(old.bytes), LIMIT).read(old.snapshot, readAll, options());
    const damaged = Buffer.from(old.bytes);
    damaged.fill('x', 100, 200);
    await writeFile(join(workDirectory, 'cache', `${old.snapshot.sha256}.zip`), damaged);
    expect(await sourceWith(rangedStore(next.bytes), LIMIT).read(next.snapshot, readAll, options())).toBe(next.bytes.toString());
    const other = await zipOf([entry('images/other.jpg', 'another dataset')]);
    expect(await sourceWith(rangedStore(other.bytes), LIMIT).read(other.snapshot, readAll, options())).toBe(other.bytes.toString());
  });
});
