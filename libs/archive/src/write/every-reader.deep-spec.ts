import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as yauzl from 'yauzl';
import { DEFAULT_ARCHIVE_LIMITS, fileSource, openArchive, plannedZip, readEntries, zipEntry, type PlannedEntry } from '../index.js';
import { DirectoryLines } from './directory-lines.js';
import { EntryTally } from './entry-tally.js';
import { centralHeader, endRecords, placedAt } from './zip-headers.js';

/** P6 of design/performance.md: zips have the length that was told, and readers that are not ours read them, forms of zip64 too. */
const run = promisify(execFile);
const UNLIMITED = { ...DEFAULT_ARCHIVE_LIMITS, maxArchiveBytes: 1e12, maxTotalBytes: 1e12, maxEntryBytes: 1e12 };
const MEBIBYTE = 1024 * 1024;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-every-reader-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Reads from the first byte on and never looks at the directory before it comes to it, as streaming readers do. Prints how many entries there are. */
const FORWARD = `
import struct, sys, zlib
with open(sys.argv[1], 'rb') as f:
    count = 0
    while True:
        signature = f.read(4)
        if signature != b'PK\\x03\\x04': break
        version, flags, method, time, date, crc, packed, size, name, extra = struct.unpack('<HHHHHIIIHH', f.read(26))
        assert flags & 8 == 0, 'a descriptor'
        f.read(name)
        fields = f.read(extra)
        while fields:
            tag, length = struct.unpack('<HH', fields[:4])
            if tag == 1: size, packed = struct.unpack('<QQ', fields[4:20])
            fields = fields[4 + length:]
        found, left, unpack, out = 0, packed, zlib.decompressobj(-15), 0
        while left:
            piece = f.read(min(left, 1 << 20))
            assert piece, 'cut'
            left -= len(piece)
            if method == 8: piece = unpack.decompress(piece)
            found = zlib.crc32(piece, found)
            out += len(piece)
        assert (found, out) == (crc, size), 'other bytes'
        count += 1
    assert signature in (b'PK\\x01\\x02', b'PK\\x05\\x06', b'PK\\x06\\x06'), 'no directory behind the entries'
    print(count)
`;
const ZIPFILE = `import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(len(z.namelist()))`;

async function byYauzl(path: string): Promise<number> {
  const zip = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(path, { lazyEntries: true });
  const openStream = promisify<yauzl.Entry, Readable>((entry, done) => zip.openReadStream(entry, done));
  let count = 0;
  const checked = async (entry: yauzl.Entry): Promise<void> => {
    let crc = 0;
    for await (const chunk of await openStream(entry)) crc = crc32(chunk as Buffer, crc);
    expect(crc, String(entry.fileName)).toBe(entry.crc32);
    count += 1;
    zip.readEntry();
  };
  await new Promise<void>((done, fail) => {
    zip.on('entry', (entry: yauzl.Entry) => void checked(entry).catch(fail));
    zip.once('end', done);
    zip.once('error', fail);
    zip.readEntry();
  });
  return count;
}

async function byOurs(path: string): Promise<number> {
  const source = await fileSource(path);
  let count = 0;
  await readEntries(source, await openArchive(source, UNLIMITED), async (_entry, bytes) => {
    for await (const chunk of bytes) void chunk;
    count += 1;
  });
  return count;
}

async function readByAll(path: string, entries: number): Promise<void> {
  // Info-ZIP warns of an archive without entries.
  if (entries > 0) await run('unzip', ['-tqq', path]);
  for (const script of [ZIPFILE, FORWARD]) expect(Number((await run('python3', ['-c', script, path])).stdout)).toBe(entries);
  expect(await byYauzl(path)).toBe(entries);
  expect(await byOurs(path)).toBe(entries);
}

const stored = (name: string, bytes: Uint8Array): PlannedEntry => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] });
const deflated = (name: string, bytes: Uint8Array): PlannedEntry => {
  const packed = deflateRawSync(bytes);
  return { ...stored(name, bytes), deflatedBytes: packed.length, open: () => [packed] };
};

describe('a zip that is written', () => {
  it('has the length that was told and is read by all, whatever is in it, in the forms of zip64 too', async () => {
    const entry = fc.record({ name: fc.stringMatching(/^[a-z가-힣0-9][a-z가-힣0-9 ]{0,20}$/), bytes: fc.uint8Array({ maxLength: 2_000 }), isPacked: fc.boolean() });
    const path = join(folder, 'any.zip');
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 12 }), fc.boolean(), async (given, forceZip64) => {
        const entries = given.map(({ name, bytes, isPacked }, index) => (isPacked ? deflated : stored)(`${index} ${name.trim()}x`, bytes));
        const zip = plannedZip(entries, { forceZip64 });
        await pipeline(Readable.from(zip.stream()), createWriteStream(path));
        expect((await stat(path)).size).toBe(zip.sizeBytes);
        await readByAll(path, entries.length);
      }),
      { numRuns: 40 },
    );
  }, 300_000);

  it('is read by all with more than 65,535 entries', async () => {
    const path = join(folder, 'many.zip');
    const zip = plannedZip(Array.from({ length: 70_000 }, (_, index) => stored(`images/${index}.jpg`, Buffer.from(String(index)))));
    await pipeline(Readable.from(zip.stream()), createWriteStream(path));
    expect((await stat(path)).size).toBe(zip.sizeBytes);
    await readByAll(path, 70_000);
  }, 300_000);

  it('is read by all beyond 4 GiB, an entry of more than 4 GiB and entries behind it', async () => {
    const path = join(folder, 'large.zip');
    const zeros = Buffer.alloc(MEBIBYTE);
    const pieces = 4 * 1024 + 1;
    let crc = 0;
    for (let piece = 0; piece < pieces; piece += 1) crc = crc32(zeros, crc);
    const large = { name: 'images/large.tif', sizeBytes: pieces * MEBIBYTE, crc32: crc };
    const behind = ['b', 'c'].map((name) => stored(`images/${name}.jpg`, Buffer.from(name)));
    const [tally, lines, file] = [new EntryTally(), new DirectoryLines(), await open(path, 'w')];
    try {
      // Its data is a hole in the file: the header, then a leap.
      for await (const chunk of zipEntry({ ...large, open: () => [] }, 0)) await file.write(chunk, 0, chunk.length, 0);
    } catch (error) {
      expect(String(error)).toContain('gave 0 bytes');
    }
    const add = (one: Omit<PlannedEntry, 'open'>): void => {
      lines.add(centralHeader(placedAt(one, tally.bytes)));
      tally.add(one);
    };
    add(large);
    let at = tally.bytes;
    const write = async (chunk: Uint8Array): Promise<void> => void (at += (await file.write(chunk, 0, chunk.length, at)).bytesWritten);
    for (const one of behind) {
      for await (const chunk of zipEntry(one, tally.bytes)) await write(chunk);
      add(one);
    }
    for (const block of lines.blocks()) await write(block);
    const end = endRecords({ count: tally.count, offset: tally.bytes, directoryBytes: tally.directoryBytes });
    await write(end);
    await file.close();
    expect(plannedZip([{ ...large, open: () => [] }, ...behind]).sizeBytes).toBe(at);
    await readByAll(path, 3);
  }, 600_000);
});
