import { crc32 } from 'node:zlib';
import { DomainError } from '@app/kernel';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { foldName, isJunkName, nameProblem } from '../entry-name.js';
import { bufferSource, DEFAULT_ARCHIVE_LIMITS, openArchive, plannedZip, type ArchiveDirectory } from '../index.js';
import { KeyedNameHash } from './keyed-name-hash.js';
import { isPlainName } from './plain-name.js';

async function zipNamed(names: readonly string[]): Promise<Buffer> {
  const empty = new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  for await (const chunk of plannedZip(names.map((name) => ({ name, sizeBytes: 0, crc32: 0, open: () => [empty] }))).stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The directory, or the codes of what was found. */
async function judged(bytes: Uint8Array): Promise<ArchiveDirectory | string[]> {
  try {
    return await openArchive(bufferSource(bytes), { ...DEFAULT_ARCHIVE_LIMITS, maxFindings: 100_000 });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.findings.map((finding) => finding.code);
  }
}

/** The same rule in the plainest words: texts in sets. */
function clashes(names: readonly string[]): { duplicates: number; parents: boolean } {
  const seen = { files: new Set<string>(), directories: new Set<string>() };
  let duplicates = 0;
  for (const name of names) {
    const key = foldName((name.endsWith('/') ? name.slice(0, -1) : name).normalize('NFC'));
    const own = name.endsWith('/') ? seen.directories : seen.files;
    duplicates += Number(own.has(key));
    own.add(key);
  }
  const parents = names.some((name) => {
    const folded = foldName(name.normalize('NFC'));
    return folded.split('').some((character, at) => character === '/' && seen.files.has(folded.slice(0, at)));
  });
  return { duplicates, parents };
}

// Kelvin sign, long s and dotless i fold to ASCII or not; e with an accent has two forms; the last one takes two UTF-16 units.
const PARTS = ['a', 'A', 'k', 'K', '\u212a', 's', '\u017f', 'i', '\u0131', '\u00e9', 'e\u0301', 'E\u0301', '\ud55c', '\ud83d\ude00', '\u00df', 'ss', 'SS'];
const anyName = fc.tuple(fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 3 }), fc.boolean()).map(([parts, isDirectory]) => parts.join('/') + (isDirectory ? '/' : ''));
/** Then only the comparison of the names decides. */
function makeHashesCollide(): void {
  const { run } = KeyedNameHash.prototype;
  vi.spyOn(KeyedNameHash.prototype, 'run').mockImplementation(function (this: KeyedNameHash, units, length, withParents) {
    run.call(this, units, length, withParents);
    this.parentHashes.fill(7);
    return 7;
  });
}
afterEach(() => vi.restoreAllMocks());

const anyList = fc.array(anyName, { minLength: 1, maxLength: 14 });

describe('names of an archive', () => {
  it.each([false, true])('clash exactly where sets of folded texts say so (all hashes equal: %s)', async (collide) => {
    if (collide) makeHashesCollide();
    await fc.assert(
      fc.asyncProperty(anyList, async (names) => {
        const found = await judged(await zipNamed(names));
        const expected = clashes(names);
        const codes = Array.isArray(found) ? found : [];
        expect(codes.filter((code) => code === 'duplicate-name')).toHaveLength(expected.duplicates);
        expect(codes.includes('file-and-directory')).toBe(expected.parents);
        if (!Array.isArray(found)) expect([...found.entries()].map((entry) => entry.name)).toEqual(names.map((name) => name.normalize('NFC')));
      }),
      { numRuns: 400 },
    );
  });

  it('are not called plain where the rules of text object', () => {
    const suspects = ['con', 'CON', 'nul', 'aux', 'prn', 'com1', 'lpt9', 'conin$', 'clock$', '__MACOSX', 'thumbs.db', 'Desktop.ini', '.', '..', '.git', '/', '\\', ':', '\u0000', '\u007f', '\u0085', 'a', 'co', 'n', ' ', '.txt', 'images', '1'];
    const property = fc.property(fc.array(fc.constantFrom(...suspects), { maxLength: 6 }), (parts) => {
      const name = parts.join('');
      const bytes = Buffer.from(`##${name}##`);
      if (!isPlainName(bytes, 2, bytes.length - 2)) return;
      expect([nameProblem(name), isJunkName(name)]).toEqual([null, false]);
    });
    fc.assert(property, { numRuns: 20_000 });
    for (const name of ['images/000001.jpg', 'set/images/cat 1.png', 'masks/', 'a.b.c']) expect(isPlainName(Buffer.from(name), 0, name.length), name).toBe(true);
  });

  it('take the Unicode path field, and judge it as the name', async () => {
    const withPath = (path: string, raw = 'x.jpg'): Buffer => {
      const utf8 = Buffer.from(path);
      const extra = Buffer.alloc(9 + utf8.length);
      extra.writeUInt16LE(0x7075, 0);
      extra.writeUInt16LE(5 + utf8.length, 2);
      extra.writeUInt8(1, 4);
      extra.writeUInt32LE(crc32(Buffer.from(raw)), 5);
      utf8.copy(extra, 9);
      return extra;
    };
    const named = async (path: string): Promise<Buffer> => {
      const bytes = await zipNamed(['x.jpg', 'y.jpg']);
      const central = bytes.indexOf(Buffer.from('PK\u0001\u0002'));
      const extra = withPath(path);
      const end = Buffer.from(bytes.subarray(-22));
      end.writeUInt32LE(end.readUInt32LE(12) + extra.length, 12);
      const patched = Buffer.concat([bytes.subarray(0, central + 46 + 5), extra, bytes.subarray(central + 46 + 5, -22), end]);
      patched.writeUInt16LE(extra.length, central + 30);
      for (const at of [6, central + 8]) patched.writeUInt16LE(0, at);
      return patched;
    };
    const good = await judged(await named('images/\uace0\uc591\uc774.jpg'));
    expect(Array.isArray(good) ? good : [...good.entries()].map((entry) => [entry.name, entry.rawName])).toEqual([['images/\uace0\uc591\uc774.jpg', 'x.jpg'], ['y.jpg', 'y.jpg']]);
    expect(await judged(await named('../x'))).toEqual(['unsafe-name']);
    expect(await judged(await named('Y.JPG'))).toEqual(['duplicate-name']);
    expect(await judged(await named('y.jpg/x'))).toEqual(['file-and-directory']);
    expect(await judged(await named('x'.repeat(1_025)))).toEqual(['unsafe-name']);
  });

  it('in CP949 are compared as they read', async () => {
    const names = ['\ud55c.jpg', '\uae00.jpg'].map((name) => iconv.encode(name, 'cp949'));
    const bytes = await zipNamed(['aa.jpg', 'bb.jpg']);
    const swap = (from: string, to: Buffer): void => {
      for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) to.copy(bytes, at);
    };
    swap('aa.jpg', names[0] ?? Buffer.alloc(0));
    swap('bb.jpg', names[1] ?? Buffer.alloc(0));
    for (let at = bytes.indexOf('PK'); at >= 0; at = bytes.indexOf('PK', at + 1)) {
      if (bytes[at + 2] === 3) bytes.writeUInt16LE(0, at + 6);
      if (bytes[at + 2] === 1) bytes.writeUInt16LE(0, at + 8);
    }
    const directory = await judged(bytes);
    expect(Array.isArray(directory) ? directory : [...directory.entries()].map((entry) => entry.name)).toEqual(['\ud55c.jpg', '\uae00.jpg']);
  });

  it.each([
    ['and no file as long as a part', []],
    ['and a file of each length', Array.from({ length: 1_000 }, (_, index) => 'b'.repeat(index + 1))],
  ])('of a thousand parts each, none shared, %s are judged in the time of their bytes', async (_, files) => {
    const names = [...files, ...Array.from({ length: 4_000 }, (__, index) => `${index}/${'a/'.repeat(500)}x`)];
    const started = process.cpuUsage();
    expect(Array.isArray(await judged(await zipNamed(names)))).toBe(false);
    const used = process.cpuUsage(started);
    // 4 MB of names: below a second; every parent hashed anew took half a minute.
    expect((used.user + used.system) / 1e6).toBeLessThan(6);
  });
});

describe('KeyedNameHash', () => {
  it('gives a parent the hash that it has as a name of its own, and another key other hashes', () => {
    const units = (text: string): Uint16Array => Uint16Array.from(text, (character) => character.charCodeAt(0));
    const hash = new KeyedNameHash(64);
    const own = ['a', 'a/bc', 'a/bc/\ud55c'].map((name) => hash.run(units(name), name.length, null));
    const all = new Uint8Array(16).fill(1);
    hash.run(units('a/bc/\ud55c/x'), 8, all);
    expect([...hash.parentEnds.subarray(0, hash.parents)]).toEqual([1, 4, 6]);
    expect([...hash.parentHashes.subarray(0, hash.parents)]).toEqual(own);
    expect(new Set(own).size).toBe(3);
    all[4] = 0;
    hash.run(units('a/bc/\ud55c/x'), 8, all);
    expect([...hash.parentEnds.subarray(0, hash.parents)]).toEqual([1, 6]);
    const other = new KeyedNameHash(64);
    expect(['a', 'a/bc', 'a/bc/\ud55c'].map((name) => other.run(units(name), name.length, null))).not.toEqual(own);
  });
});

describe('the order of entries', () => {
  it('of the directory and of the file are both kept, whatever the directory does', async () => {
    const bytes = await zipNamed(['one', 'two', 'six']);
    const start = bytes.indexOf(Buffer.from('PK\u0001\u0002'));
    const record = (index: number): Buffer => bytes.subarray(start + index * 49, start + (index + 1) * 49);
    const shuffled = Buffer.concat([bytes.subarray(0, start), record(2), record(0), record(1), bytes.subarray(-22)]);
    const directory = await judged(shuffled);
    if (Array.isArray(directory)) throw new Error(directory.join(' '));
    expect([...directory.entries()].map((entry) => [entry.index, entry.name])).toEqual([[0, 'six'], [1, 'one'], [2, 'two']]);
    const inFile = [...directory.entriesByOffset()];
    expect(inFile.map((entry) => entry.name)).toEqual(['one', 'two', 'six']);
    expect(inFile.map((entry) => entry.regionEnd)).toEqual([33, 66, 99]);
    expect(directory.entry(2).name).toBe('two');
    expect(() => directory.entry(3)).toThrow(RangeError);
  });
});
