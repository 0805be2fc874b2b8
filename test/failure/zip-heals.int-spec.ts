import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFsck } from '../../apps/backend/src/fsck.main.js';
import { ZipDoubts } from '../../apps/backend/src/modules/snapshot/application/zip-doubts.js';
import { ZipLooks } from '../../apps/backend/src/modules/snapshot/application/zip-looks.js';
import { CompleteSnapshots } from '../../apps/backend/src/modules/snapshot/index.js';
import { VersionsUnderTest } from './versions-under-test.js';

/** Zips that are damaged in the store: the damage does not go on into other zips, and ends. */
let under: VersionsUnderTest;
let pool: pg.Pool;

beforeAll(async () => {
  under = await VersionsUnderTest.start();
  pool = new pg.Pool({ connectionString: under.backend.databaseUrl, max: 1 });
}, 120_000);
afterAll(async () => {
  await pool?.end();
  await under?.close();
});

/** Of zips with the same images, the oldest one is copied from. */
const BASE = 1;
const keyOf = (version: number): string => `datasets/${under.id}/snapshots/v${version}.zip`;

async function next(): Promise<number> {
  await under.edit();
  return under.create();
}

/** Other bytes at these places. `rotten`: the store does not know, as when a disk loses them. */
async function damage(version: number, { every, rotten }: { every: number; rotten: boolean }): Promise<void> {
  const bytes = Buffer.from(await under.bytes(version));
  // The images are some seven of its megabytes.
  for (let at = 100_000; at < 6_000_000; at += every) bytes[at] = (bytes[at] ?? 0) ^ 1;
  const { etag } = await under.bucket.put(keyOf(version), bytes);
  if (rotten) await pool.query('update snapshots set zip_etag = $2 where key = $1', [keyOf(version), etag]);
}

const copied = async (version: number): Promise<number | null> => (await under.whole(version)).zip.bytes_copied;

describe('a zip that is damaged in the store', () => {
  it('is not copied from when its ETag is another one, and is made again', async () => {
    await damage(BASE, { every: 10_000_000, rotten: false });
    expect(await copied(await next())).toBe(0);
    await under.whole(BASE);
    await under.assertClean();
  }, 60_000);

  it('is found by the daily look when images at many places have another CRC', async () => {
    await damage(BASE, { every: 50_000, rotten: true });
    await pool.query("update snapshots set zip_looked_at = now() - interval '2 days' where key = $1", [keyOf(BASE)]);
    const looks = under.backend.app.get(ZipLooks);
    const never = new AbortController().signal;
    expect(await looks.round(never)).toBe(1);
    // Once a day each.
    expect(await looks.round(never)).toBe(0);
    await expect.poll(() => copied(BASE).catch(() => null), { timeout: 20_000 }).toBe(0);
    await under.whole(await next());
    await under.assertClean();
  }, 60_000);

  it('is made again when a reader says so, with the zips that copied the damage', async () => {
    await damage(BASE, { every: 10_000_000, rotten: true });
    const heir = await next();
    const { zip } = await under.until(heir, 'ready');
    expect(zip.bytes_copied).toBeGreaterThan(0);
    await under.backend.app.get(CompleteSnapshots).doubt(under.id, heir);
    await expect(under.backend.app.get(CompleteSnapshots).find(under.id, heir)).rejects.toMatchObject({ code: 'unavailable' });
    await expect.poll(() => copied(heir).catch(() => null), { timeout: 20_000 }).toBe(0);
    await expect.poll(() => copied(BASE).catch(() => null), { timeout: 20_000 }).toBe(0);
    await under.assertClean();
  }, 90_000);

  it('stays as it is when the reader was wrong', async () => {
    const version = await next();
    const before = await under.whole(version);
    await under.backend.app.get(CompleteSnapshots).doubt(under.id, version);
    expect((await under.whole(version)).zip).toEqual(before.zip);
    const { rows } = await pool.query<{ checked: boolean; suspected: boolean }>('select zip_checked_at is not null as checked, zip_suspected_at is not null as suspected from snapshots where key = $1', [keyOf(version)]);
    expect(rows[0]).toEqual({ checked: true, suspected: false });
    await under.assertClean();
  }, 60_000);

  it('is noted by fsck --deep, and made again by the backend', async () => {
    const version = await next();
    await under.whole(version);
    await damage(version, { every: 10_000_000, rotten: true });
    const run = (deep: boolean): Promise<number> => runFsck({ ...under.environment, DATABASE_URL: under.backend.databaseUrl }, { json: true, deep, graceMinutes: 0, datasetId: under.id }, () => undefined);
    expect([await run(false), await run(true)]).toEqual([0, 1]);
    expect(await under.backend.app.get(ZipDoubts).takeUp()).toBe(1);
    expect(await copied(version)).toBe(0);
    await expect.poll(() => run(true), { timeout: 20_000, interval: 500 }).toBe(0);
  }, 60_000);

  it('is made again by the rows when what was put aside of it is damaged', async () => {
    const version = await next();
    await under.whole(version);
    expect((await under.people.call('DELETE', `datasets/${under.id}/snapshots/${version}?keep_manifest=true`, { token: under.token })).status).toBe(204);
    const tail = `datasets/${under.id}/snapshots/v${version}.tail`;
    const bytes = Buffer.from(await under.bucket.getBytes(tail, 10_000_000));
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    await under.bucket.put(tail, bytes);
    expect(await under.create()).toBe(version);
    await under.whole(version);
    await under.assertClean();
  }, 60_000);
});
