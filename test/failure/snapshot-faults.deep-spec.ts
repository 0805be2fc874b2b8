import { gunzipSync } from 'node:zlib';
import { type PassingRequest } from '@app/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../contract/backend-under-test.js';
import { People } from '../contract/people.js';
import { VersionsUnderTest } from './versions-under-test.js';

/** The store fails while versions are built (F-10 to F-17 of design/reliability.md): never a zip that is not whole, and nothing is left. */
let under: VersionsUnderTest;

beforeAll(async () => {
  under = await VersionsUnderTest.start();
}, 120_000);
afterEach(() => {
  under.fault = {};
  under.proxy.before = (): void => undefined;
});
afterAll(() => under?.close());

const isPartCopy = (request: PassingRequest): boolean => 'x-amz-copy-source' in request.headers && request.query.has('partNumber');
const ofZip = (request: PassingRequest): boolean => request.path.endsWith('.zip');
const ofImage = (request: PassingRequest): boolean => request.path.includes('/images/');
const isComplete = (request: PassingRequest): boolean => request.method === 'POST' && request.query.has('uploadId');

/** So many times, then no more. */
function times(count: number, which: (request: PassingRequest) => boolean): (request: PassingRequest) => boolean {
  let left = count;
  return (request) => left > 0 && which(request) && (left -= 1) >= 0;
}

async function next(): Promise<number> {
  await under.edit();
  return under.create();
}

describe('a build of a version', () => {
  it('copies parts when all is well', async () => {
    const version = await under.whole(await next());
    expect(version.zip.bytes_copied).toBeGreaterThan(5_000_000);
    await under.assertClean();
  });

  it.each([500, 503])('asks again, a bounded number of times, when the store says %i and then does it', async (status) => {
    const fails = times(2, isPartCopy);
    let asked = 0;
    under.fault = { request: (request) => ((asked += isPartCopy(request) ? 1 : 0), fails(request) && status) };
    expect((await under.whole(await next())).zip.bytes_copied).toBeGreaterThan(5_000_000);
    expect(asked).toBeLessThanOrEqual(4);
    await under.assertClean();
  });

  it('waits for a store that is away, and is made when it is back', async () => {
    under.fault = { request: (request) => ofZip(request) && request.method !== 'GET' && 503 };
    const version = await next();
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect((await under.get(version)).zip.state).toBe('building');
    under.fault = {};
    await under.whole(version);
    await under.assertClean();
  }, 90_000);

  it('goes on behind a store that hangs', async () => {
    let hung = false;
    under.proxy.before = ({ method, path }): Promise<void> | void => {
      if (hung || method !== 'PUT' || !path.endsWith('.zip')) return;
      hung = true;
      return new Promise<void>(() => undefined);
    };
    await under.whole(await next());
    expect(hung).toBe(true);
    await under.assertClean();
  }, 90_000);

  it('is written whole when the store copies another range', async () => {
    under.fault = {
      request: (request) => {
        if (!isPartCopy(request)) return false;
        request.headers['x-amz-copy-source-range'] = (request.headers['x-amz-copy-source-range'] ?? '').replace(/bytes=(\d+)-(\d+)/, (_, from: string, to: string) => `bytes=${Number(from) + 7}-${Number(to) + 7}`);
        return true;
      },
    };
    expect((await under.whole(await next())).zip.bytes_copied).toBe(0);
    await under.assertClean();
  });

  it('takes the place of what lies under its name in another size', async () => {
    await under.bucket.put(`datasets/${under.id}/snapshots/v${(await newest()) + 1}.zip`, new Uint8Array([1, 2, 3]));
    await under.whole(await next());
    await under.assertClean();
  });

  it('is one of the same bytes when the answer of Complete is lost', async () => {
    const fails = times(1, isComplete);
    under.fault = { answer: (status, _, request) => (fails(request) ? 500 : status) };
    await under.whole(await next());
    await under.assertClean();
  });

  it('is written whole when the zips that it would begin like are gone, which are made again', async () => {
    // As many as a build looks at.
    const last = await newest();
    const bases = Array.from({ length: Math.min(8, last) }, (_, index) => last - index);
    await under.bucket.delete(bases.map((version) => `datasets/${under.id}/snapshots/v${version}.zip`));
    expect((await under.whole(await next())).zip.bytes_copied).toBe(0);
    for (const base of bases) await under.whole(base);
    await under.assertClean();
  }, 90_000);

  it('fails with the reason when the store refuses the credential, and is made when it is asked for again', async () => {
    under.fault = { request: (request) => ofZip(request) && request.method !== 'GET' && 403 };
    const version = await next();
    expect((await under.until(version, 'failed')).failure).toEqual({ code: 'build-failed', detail: 'The store refused the credential.' });
    under.fault = {};
    expect(await under.create()).toBe(version);
    await under.whole(version);
    await under.assertClean();
  });

  it('that is cancelled leaves nothing, and is made when it is asked for again', async () => {
    under.proxy.before = ({ method, path }): Promise<void> | void => (method === 'PUT' && path.endsWith('.zip') ? new Promise((resolve) => setTimeout(resolve, 3_000)) : undefined);
    const version = await next();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await under.people.call('POST', `datasets/${under.id}/snapshots/${version}/cancel`, { token: under.token })).status).toBeLessThan(300);
    await under.assertClean();
    expect([(await under.get(version)).zip.state, await under.bucket.head(`datasets/${under.id}/snapshots/v${version}.zip`)]).toEqual(['none', null]);
    under.proxy.before = (): void => undefined;
    expect(await under.create()).toBe(version);
    await under.whole(version);
    await under.assertClean();
  }, 90_000);

  it('that is deleted meanwhile leaves nothing', async () => {
    under.proxy.before = ({ method, path }): Promise<void> | void => (method === 'PUT' && path.endsWith('.zip') ? new Promise((resolve) => setTimeout(resolve, 600)) : undefined);
    const version = await next();
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect((await under.people.call('DELETE', `datasets/${under.id}/snapshots/${version}`, { token: under.token })).status).toBe(204);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await under.assertClean();
    expect(await under.bucket.head(`datasets/${under.id}/snapshots/v${version}.json`)).toBeNull();
  }, 90_000);

  it('is a cut: edits during it are wholly in the next version', async () => {
    under.proxy.before = ({ method, path }): Promise<void> | void => (method === 'PUT' && path.endsWith('.zip') ? new Promise((resolve) => setTimeout(resolve, 300)) : undefined);
    await under.edit();
    const labels = await under.labelsNow();
    const version = await under.create();
    for (let count = 0; count < 5; count += 1) await under.edit();
    await under.whole(version);
    expect(await under.labels(version)).toBe(labels);
    await under.assertClean();
  }, 90_000);

  it('is one, although fifty ask two backends at once', async () => {
    await under.edit();
    const other = await startBackend({ ...under.environment, DATABASE_URL: under.backend.databaseUrl });
    try {
      const there = new People(other);
      const before = await newest();
      const versions = await Promise.all(Array.from({ length: 50 }, (_, index) => under.create(index % 2 === 0 ? under.people : there)));
      expect(new Set(versions)).toEqual(new Set([before + 1]));
      await under.whole(before + 1);
      await under.assertClean();
    } finally {
      await other.close();
    }
  }, 90_000);

  it.each(['cut', 'stalled'] as const)('breaks off where an answer is %s, and is made when the store gives all', async (end) => {
    const fails = times(1, (request) => request.method === 'GET' && ofImage(request));
    under.fault = { request: (request) => isPartCopy(request) && 501, body: (request) => (fails(request) ? end : 'whole') };
    await under.whole(await next());
    await under.assertClean();
  }, 90_000);

  it('is never ready with other bytes than were accepted', async () => {
    const key = `datasets/${under.id}/images/000005.png`;
    const bytes = await under.bucket.getBytes(key, 1_000_000);
    await under.bucket.put(key, bytes.map((byte, index) => (index === 1_000 ? byte ^ 1 : byte)));
    const version = await next();
    const { failure } = await under.until(version, 'failed');
    expect(failure).toMatchObject({ code: 'build-failed', detail: expect.stringContaining('Image 5 (images/5.png)') as string });
    // The version is whole without its zip.
    const manifest = JSON.parse(gunzipSync(await under.bucket.getBytes(`datasets/${under.id}/snapshots/v${version}.json`, 1_000_000)).toString()) as { zip: unknown; entries: unknown[] };
    expect([manifest.zip, manifest.entries.length]).toEqual([null, 14]);
    await under.bucket.put(key, bytes);
    expect(await under.create()).toBe(version);
    await under.whole(version);
    await under.assertClean();
  }, 90_000);
});

async function newest(): Promise<number> {
  const { body } = await under.people.call<{ items: { version: number }[] }>('GET', `datasets/${under.id}/snapshots`, { token: under.token });
  return body.items[0]?.version ?? 0;
}

describe('a store that copies no parts', () => {
  let own: VersionsUnderTest;
  let asked = 0;
  const refuse = (status: number | false): void => {
    asked = 0;
    own.fault = { request: (request) => isPartCopy(request) && (asked += 1) > 0 && status };
  };
  const copied = async (): Promise<number | null> => {
    await own.edit();
    return (await own.whole(await own.create())).zip.bytes_copied;
  };

  beforeAll(async () => {
    own = await VersionsUnderTest.start({ PART_COPY_RETRY_SECONDS: '4' });
  }, 120_000);
  afterAll(() => own?.close());

  it.each([501, 405])('and says %i gets the whole zip, and is asked again after a while only', async (status) => {
    refuse(status);
    expect(await copied()).toBe(0);
    const [first, saidAt] = [asked, Date.now()];
    expect(first).toBeGreaterThan(0);
    expect(await copied()).toBe(0);
    // A machine that was too slow for the second build proves nothing.
    if (Date.now() - saidAt < 4_000) expect(asked).toBe(first);
    refuse(false);
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    expect(await copied()).toBeGreaterThan(5_000_000);
    await own.assertClean();
  }, 60_000);

  it('once, and says 400, gets this zip whole and copies for the next', async () => {
    refuse(400);
    expect(await copied()).toBe(0);
    refuse(false);
    expect(await copied()).toBeGreaterThan(5_000_000);
    await own.assertClean();
  }, 60_000);
});
