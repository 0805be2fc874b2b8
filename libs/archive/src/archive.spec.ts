import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateRawSync } from 'node:zlib';
import AdmZip from 'adm-zip';
import { DomainError } from '@app/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as yauzl from 'yauzl';
import { bufferSource, DEFAULT_ARCHIVE_LIMITS, openArchive, plannedZip, readEntries, regionOf, type ArchiveLimits, type PlannedEntry } from './index.js';

const run = promisify(execFile);
const planned = (name: string, bytes: Uint8Array): PlannedEntry => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] });
const deflated = (name: string, bytes: Uint8Array): PlannedEntry => {
  const packed = deflateRawSync(bytes);
  return { name, sizeBytes: bytes.length, crc32: crc32(bytes), deflatedBytes: packed.length, open: () => [packed] };
};

async function zipOf(entries: readonly PlannedEntry[], options: { forceZip64?: boolean } = {}): Promise<Buffer> {
  const zip = plannedZip(entries, options);
  const chunks: Uint8Array[] = [];
  for await (const chunk of zip.stream()) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  expect(bytes.length).toBe(zip.sizeBytes);
  return bytes;
}

async function readAll(bytes: Buffer, limits: Partial<ArchiveLimits> = {}): Promise<Map<string, Buffer>> {
  const source = bufferSource(bytes);
  const directory = await openArchive(source, { ...DEFAULT_ARCHIVE_LIMITS, ...limits });
  const contents = new Map<string, Buffer>();
  await readEntries(source, directory, async (entry, data) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of data) chunks.push(chunk);
    contents.set(entry.name, Buffer.concat(chunks));
  });
  return contents;
}

/** The refusal's code and the codes of its findings. */
async function refusal(bytes: Buffer, limits: Partial<ArchiveLimits> = {}): Promise<string> {
  try {
    await readAll(bytes, limits);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [error.code, ...error.findings.map((finding) => finding.code)].join(' ');
  }
}

const A = Buffer.from('alpha');
const B = Buffer.from('beta'.repeat(100));
const plain = (): Promise<Buffer> => zipOf([planned('a.txt', A), deflated('b.txt', B)]);
const patched = (bytes: Buffer, at: number, patch: (copy: Buffer, at: number) => void): Buffer => {
  const copy = Buffer.from(bytes);
  patch(copy, at);
  return copy;
};
const centralOf = (bytes: Buffer, name: string): number => bytes.lastIndexOf(name) - 46;

describe('a part of an archive', () => {
  it('is read in one read of its own bytes alone, with the same checks', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const zip = await zipOf(names.map((name, index) => (index % 2 === 0 ? planned(name, Buffer.alloc(1_000, name)) : deflated(name, Buffer.alloc(1_000, name)))));
    const whole = bufferSource(zip);
    const ranges: { start: number; end: number }[] = [];
    const source = { ...whole, read: (range: { start: number; end: number }, signal?: AbortSignal) => (ranges.push(range), whole.read(range, signal)) };
    const directory = await openArchive(source, DEFAULT_ARCHIVE_LIMITS);
    const some = [...directory.entries()].filter((entry) => entry.name === 'b' || entry.name === 'd');
    ranges.length = 0;
    const seen: string[] = [];
    const visit = async (entry: { readonly name: string }, data: AsyncIterable<Uint8Array>): Promise<void> => {
      for await (const chunk of data) seen.push(`${entry.name} ${Buffer.from(chunk).toString()}`);
    };
    await readEntries(source, regionOf(directory, some), visit);
    expect(seen).toEqual(['b', 'd'].map((name) => `${name} ${name.repeat(1_000)}`));
    expect(ranges).toEqual([{ start: directory.entry(1).localHeaderOffset, end: directory.entry(4).localHeaderOffset }]);
    const d = directory.entry(3);
    const damaged = patched(zip, d.regionEnd - 4, (copy, at) => copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at));
    await expect(readEntries(bufferSource(damaged), regionOf(directory, some), visit)).rejects.toMatchObject({ code: 'unsafe-archive' });
    await readEntries(source, regionOf(directory, []), visit);
  });
});

describe('plannedZip', () => {
  it('is read alike by this reader, adm-zip, yauzl and unzip, for random entries, zip64 too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vision-zip-'));
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9가-힣]{1,12}$/).map((text) => text.normalize('NFC')), { minLength: 1, maxLength: 6 });
    try {
      await fc.assert(
        fc.asyncProperty(names, fc.array(fc.uint8Array({ maxLength: 3000 }), { minLength: 6, maxLength: 6 }), fc.boolean(), fc.boolean(), async (list, data, packs, forceZip64) => {
          const entries = list.map((name, index) => (packs && index % 2 === 1 ? deflated : planned)(`d/${name}`, data[index] ?? A));
          const bytes = await zipOf(entries, { forceZip64 });
          const expected = new Map(list.map((name, index) => [`d/${name}`, Buffer.from(data[index] ?? A)]));
          expect(await readAll(bytes, { ratioFloorBytes: 10_000 })).toEqual(expected);
          expect(new Map(new AdmZip(bytes).getEntries().map((entry) => [entry.entryName, entry.getData()]))).toEqual(expected);
          expect((await yauzlNames(bytes)).sort()).toEqual([...expected.keys()].sort());
          const path = join(folder, 'case.zip');
          await writeFile(path, bytes);
          await run('unzip', ['-tqq', path]);
        }),
        { numRuns: 25 },
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('gives the same bytes for the same entries', async () => {
    expect(await plain()).toEqual(await plain());
  });

  it('breaks off when an entry does not keep its plan', async () => {
    await expect(zipOf([{ ...planned('a', A), sizeBytes: 99 }])).rejects.toThrow('were planned');
  });
});

async function yauzlNames(bytes: Buffer): Promise<string[]> {
  return new Promise((done, fail) => {
    yauzl.fromBuffer(bytes, { lazyEntries: false }, (error, zip) => {
      if (error) return fail(error);
      const names: string[] = [];
      zip.on('entry', (entry: yauzl.Entry) => names.push(String(entry.fileName)));
      zip.on('end', () => done(names));
      zip.on('error', fail);
    });
  });
}

describe('the gate', () => {
  it('accepts a plain archive, a wrapping folder and junk', async () => {
    expect([...(await readAll(await plain())).keys()]).toEqual(['a.txt', 'b.txt']);
    const junk = await zipOf([planned('__MACOSX/._a', A), planned('d/.DS_Store', A), planned('d/a', A)]);
    const directory = await openArchive(bufferSource(junk), DEFAULT_ARCHIVE_LIMITS);
    expect([...directory.entries()].map((entry) => entry.isJunk)).toEqual([true, true, false]);
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', 'C:/x', 'a\\b', 'a\u0000b', 'con', 'a/./b', 'a//b', 'x/aux.txt', 'tab\tname'])('refuses the name %j', async (name) => {
    expect(await refusal(await zipOf([planned(name, A)]))).toMatch(/^unsafe-archive/);
  });

  it('refuses names that are one file elsewhere', async () => {
    for (const names of [
      ['a', 'a'],
      ['A.txt', 'a.TXT'],
      ['\u00e9', 'e\u0301'],
      ['x', 'x/y'],
    ]) {
      expect(await refusal(await zipOf(names.map((name) => planned(name, A))))).toMatch(/^unsafe-archive/);
    }
    expect(await refusal(await zipOf([planned('x', A), planned('y/x', A)]))).toBe('accepted');
  });

  it('reads CP949 names when no name is UTF-8, and UTF-8 without the flag', async () => {
    const korean = await zipOf([planned('images/고양이.jpg', A)]);
    const unflagged = Buffer.from(korean);
    for (const at of [6, centralOf(korean, 'images/고양이.jpg') + 8]) unflagged.writeUInt16LE(0, at);
    expect([...(await readAll(unflagged)).keys()]).toEqual(['images/고양이.jpg']);
    const iconv = (await import('iconv-lite')).default;
    const raw = iconv.encode('images/고양이.jpg', 'cp949');
    const latin = await zipOf([{ ...planned(`images/${'x'.repeat(raw.length - 7)}`, A) }]);
    const cp949 = Buffer.from(latin);
    const name = Buffer.from(`images/${'x'.repeat(raw.length - 7)}`);
    for (let at = cp949.indexOf(name); at !== -1; at = cp949.indexOf(name, at + 1)) raw.copy(cp949, at);
    for (const at of [6, cp949.lastIndexOf(raw) - 46 + 8]) cp949.writeUInt16LE(0, at);
    expect([...(await readAll(cp949)).keys()]).toEqual(['images/고양이.jpg']);
  });

  it('refuses lies about sizes, names, methods and CRCs', async () => {
    const bytes = await plain();
    const central = centralOf(bytes, 'a.txt');
    const cases: [string, Buffer][] = [
      ['crc in the directory', patched(bytes, central, (copy, at) => copy.writeUInt32LE(1, at + 16))],
      ['crc in both', patched(patched(bytes, central, (copy, at) => copy.writeUInt32LE(1, at + 16)), 0, (copy) => copy.writeUInt32LE(1, 14))],
      ['size in the directory', patched(bytes, central, (copy, at) => copy.writeUInt32LE(3, at + 24))],
      ['local name', patched(bytes, 0, (copy) => copy.write('z', 30))],
      ['encrypted', patched(bytes, central, (copy, at) => copy.writeUInt16LE(0x801, at + 8))],
      ['unknown method', patched(bytes, central, (copy, at) => copy.writeUInt16LE(12, at + 10))],
      ['a link', patched(bytes, central, (copy, at) => copy.writeUInt32LE((0o120777 << 16) >>> 0, at + 38))],
      ['a device', patched(bytes, central, (copy, at) => copy.writeUInt32LE((0o020666 << 16) >>> 0, at + 38))],
      ['entry count', patched(bytes, bytes.length - 22, (copy, at) => copy.writeUInt16LE(1, at + 10))],
      ['bytes before', Buffer.concat([Buffer.from('%PDF-1.4'), bytes])],
      ['bytes behind', Buffer.concat([bytes, Buffer.from('tail')])],
      ['two ends', Buffer.concat([bytes, bytes.subarray(-22)])],
      ['damaged data', patched(bytes, 30 + 5, (copy, at) => copy.writeUInt8(0xff, at))],
    ];
    for (const [what, hostile] of cases) expect(await refusal(hostile), what).toMatch(/^unsafe-archive/);
    expect(await refusal(bytes)).toBe('accepted');
  });

  it('refuses bytes that the directory does not speak of', async () => {
    const [one, both] = [await zipOf([planned('one', A)]), await zipOf([planned('one', A), planned('two', B)])];
    // An entry that a forward reader would find and the directory leaves out.
    const hidden = both.subarray(0, both.indexOf(Buffer.from('PK\u0001\u0002')));
    const directory = Buffer.from(one.subarray(one.indexOf(Buffer.from('PK\u0001\u0002'))));
    directory.writeUInt32LE(hidden.length, directory.length - 6);
    expect(await refusal(Buffer.concat([hidden, directory]))).toMatch(/^unsafe-archive/);
  });

  it('checks an entry whose visitor stops reading', async () => {
    const broken = Buffer.from(await zipOf([planned('one', B), deflated('two', B)]));
    broken.writeUInt8(0xff, 33 + 350);
    const source = bufferSource(broken);
    const opened = await openArchive(source, DEFAULT_ARCHIVE_LIMITS);
    const early = readEntries(source, opened, async (_, data) => {
      for await (const chunk of data) if (chunk.byteLength > 0) break;
    });
    await expect(early).rejects.toMatchObject({ code: 'unsafe-archive' });
  });

  it('refuses an archive in an archive, also when it is empty or comes in small pieces', async () => {
    const nested = await zipOf([planned('inner', A)]);
    for (const inner of [nested, nested.subarray(-22), nested.subarray(0, 4)]) {
      expect(await refusal(await zipOf([planned('a.bin', inner)]))).toBe('unsafe-archive nested-archive');
      expect(await refusal(await zipOf([deflated('a.bin', inner)]))).toBe('unsafe-archive nested-archive');
    }
    const outer = await zipOf([planned('a.bin', nested)]);
    const slow = { sizeBytes: outer.length, read: async function* (range: { start: number; end: number }) { for (let at = range.start; at < range.end; at += 1) yield await Promise.resolve(outer.subarray(at, at + 1)); } };
    await expect(readEntries(slow, await openArchive(slow, DEFAULT_ARCHIVE_LIMITS), async (_, data) => { for await (const chunk of data) expect(chunk.length).toBeGreaterThan(0); })).rejects.toMatchObject({ code: 'unsafe-archive' });
    for (const innocent of ['', 'P', 'PK', 'PK\u0003', 'PKP']) expect(await refusal(await zipOf([planned('a.bin', Buffer.from(innocent))]))).toBe('accepted');
  });

  it('shows names of refused entries without what a database or a terminal cannot take', async () => {
    const names = ['a\u0000b', 'a\u001b[31mb', 'a\u202eb', `${'x'.repeat(199)}😀`];
    const shown: string[] = [];
    const refused = openArchive(bufferSource(await zipOf([...names, 'x\\y'].map((name) => planned(name, A)))), { ...DEFAULT_ARCHIVE_LIMITS, maxNameBytes: 10 });
    await refused.catch((error: unknown) => { if (error instanceof DomainError) shown.push(...error.findings.map((finding) => finding.entry ?? '')); });
    expect(shown.length).toBeGreaterThanOrEqual(5);
    for (const name of shown) expect(name).not.toMatch(/[\p{Cc}\p{Cs}\u202e]/u);
  });

  it('holds its limits with the size code', async () => {
    const bytes = await plain();
    expect(await refusal(bytes, { maxArchiveBytes: 10 })).toMatch(/^too-large/);
    expect(await refusal(bytes, { maxEntries: 1 })).toMatch(/^too-large/);
    expect(await refusal(bytes, { maxEntryBytes: 100 })).toMatch(/^too-large/);
    expect(await refusal(bytes, { maxTotalBytes: 100 })).toMatch(/^too-large/);
    const bomb = await zipOf([deflated('zeros', Buffer.alloc(5_000_000))]);
    expect(await refusal(bomb)).toMatch(/^too-large/);
  });

  it('gives out no more than declared of an entry that inflates to more', async () => {
    const packed = deflateRawSync(Buffer.alloc(50_000_000));
    const lying = await zipOf([{ name: 'x', sizeBytes: 60_000, crc32: crc32(Buffer.alloc(60_000)), deflatedBytes: packed.length, open: () => [packed] }]);
    let most = 0;
    const source = bufferSource(lying);
    const directory = await openArchive(source, DEFAULT_ARCHIVE_LIMITS);
    const reading = readEntries(source, directory, async (_, data) => {
      for await (const chunk of data) most += chunk.byteLength;
    });
    await expect(reading).rejects.toMatchObject({ code: 'unsafe-archive' });
    expect(most).toBeLessThanOrEqual(60_000);
  });

  it('refuses an archive cut at any place', async () => {
    const bytes = await plain();
    for (let part = 0; part < 64; part += 1) expect(await refusal(bytes.subarray(0, Math.floor((bytes.length * part) / 64)))).toMatch(/^unsafe-archive/);
  });

  it('names every broken entry at once', async () => {
    const bytes = await zipOf([planned('one', A), planned('two', B), planned('three', A)]);
    const broken = Buffer.from(bytes);
    for (const name of ['one', 'three']) broken.writeUInt8(0xff, bytes.indexOf(name) + name.length);
    expect(await refusal(broken)).toBe('unsafe-archive crc-mismatch crc-mismatch');
  });

  it('ends at once when it is aborted', async () => {
    const abort = new AbortController();
    const source = bufferSource(await plain());
    const directory = await openArchive(source, DEFAULT_ARCHIVE_LIMITS);
    const reading = readEntries(source, directory, async () => abort.abort(new Error('stopped')), abort.signal);
    await expect(reading).rejects.toThrow();
  });
});

const HOSTILE = resolve(import.meta.dirname, '../../../../shared/data/hostile');

describe.runIf(existsSync(HOSTILE))('the hostile corpus beside this repository', () => {
  const files = ['zip-slip', 'zip-yauzl/failure'].flatMap((folder) => (existsSync(join(HOSTILE, folder)) ? readdirSync(join(HOSTILE, folder), { recursive: true }).map((name) => join(folder, String(name))) : []));
  it.each(files.filter((name) => name.endsWith('.zip')))('refuses %s cleanly', async (name) => {
    expect(await refusal(readFileSync(join(HOSTILE, name)))).toMatch(/^(unsafe-archive|too-large)/);
  });
});
