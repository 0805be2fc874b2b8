// Small archives that must be refused, each wrong in one way, and twins that must be taken.
import { crc32, deflateRawSync } from 'node:zlib';

const A = Buffer.from('alpha');
const B = Buffer.from('beta'.repeat(100));
const END_BYTES = 22;
const planned = (name, bytes) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] });

/** A deflated entry that declares `declared` bytes. */
function deflated(name, bytes, declared = bytes.length) {
  const packed = deflateRawSync(bytes);
  return { name, sizeBytes: declared, crc32: crc32(bytes.subarray(0, declared)), deflatedBytes: packed.length, open: () => [packed] };
}

const NAMES = ['../x', 'a/../../x', '/etc/passwd', 'C:/x', 'a\\b', 'a\u0000b', 'con', 'x/aux.txt', 'COM1.png', 'a/./b', 'a//b', 'tab\tname', '..', './a', 'nul/x', 'x'.repeat(1_025), '\u0085'];
const CLASHES = [['a', 'a'], ['A.txt', 'a.TXT'], ['\u00e9', 'e\u0301'], ['x', 'x/y'], ['k', '\u212a'], ['d/', 'D/']];

/** Patches of a good archive; `c` is where the first central header begins. */
const PATCHES = {
  'crc in the directory': (zip, c) => zip.writeUInt32LE(1, c + 16),
  'size in the directory': (zip, c) => zip.writeUInt32LE(3, c + 24),
  'packed size in the directory': (zip, c) => zip.writeUInt32LE(3, c + 20),
  'offset in the directory': (zip, c) => zip.writeUInt32LE(1, c + 42),
  'another local name': (zip) => zip.write('z', 30),
  encrypted: (zip, c) => zip.writeUInt16LE(0x801, c + 8),
  'unknown method': (zip, c) => zip.writeUInt16LE(12, c + 10),
  'a link': (zip, c) => zip.writeUInt32LE((0o120777 << 16) >>> 0, c + 38),
  'a device': (zip, c) => zip.writeUInt32LE((0o020666 << 16) >>> 0, c + 38),
  'another disk': (zip, c) => zip.writeUInt16LE(1, c + 34),
  'zip64 without its field': (zip, c) => zip.writeUInt32LE(0xffffffff, c + 24),
  'fewer entries claimed': (zip) => zip.writeUInt16LE(1, zip.length - 12),
  'more entries claimed': (zip) => zip.writeUInt16LE(9, zip.length - 12),
  'damaged data': (zip) => zip.writeUInt8(0xff, 35),
};

/** `[name, bytes, accepted]` of each case. */
export async function adversarialCorpus(plannedZip) {
  const zipOf = async (entries) => {
    const chunks = [];
    for await (const chunk of plannedZip(entries).stream()) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const good = await zipOf([planned('a.txt', A), deflated('b.txt', B)]);
  const patched = ([name, patch]) => {
    const copy = Buffer.from(good);
    patch(copy, copy.indexOf(Buffer.from('PK\u0001\u0002')));
    return [name, copy, false];
  };
  const zeros = Buffer.alloc(50_000_000);
  const overlapping = await zipOf(Array.from({ length: 2_000 }, (_, index) => planned(`${index}`, A)));
  for (let at = overlapping.indexOf(Buffer.from('PK\u0001\u0002')); at >= 0; at = overlapping.indexOf(Buffer.from('PK\u0001\u0002'), at + 1)) overlapping.writeUInt32LE(0, at + 42);
  const crowd = Buffer.from(good);
  return [
    ['a good archive', good, true],
    ['a good archive of Korean names', await zipOf([planned('images/\uace0\uc591\uc774.jpg', A)]), true],
    ...(await Promise.all(NAMES.map(async (name) => [`name ${JSON.stringify(name.slice(0, 20))}`, await zipOf([planned(name, A)]), false]))),
    ...(await Promise.all(CLASHES.map(async (names) => [`names ${JSON.stringify(names)}`, await zipOf(names.map((name) => planned(name, name.endsWith('/') ? Buffer.alloc(0) : A))), false]))),
    ...Object.entries(PATCHES).map(patched),
    ['bytes before', Buffer.concat([Buffer.from('%PDF-1.4'), good]), false],
    ['bytes behind', Buffer.concat([good, Buffer.from('tail')]), false],
    ['two ends', Buffer.concat([good, good.subarray(-END_BYTES)]), false],
    ['cut in the middle', crowd.subarray(0, Math.floor(crowd.length / 2)), false],
    ['a bomb', await zipOf([deflated('zeros', zeros)]), false],
    ['a bomb that declares little', await zipOf([deflated('zeros', zeros, 60_000)]), false],
    ['two thousand entries on one place', overlapping, false],
    ['a thousand names of 500 parts', await zipOf(Array.from({ length: 1_000 }, (_, index) => planned(`${index}/${'a/'.repeat(500)}x`, Buffer.alloc(0)))), true],
  ];
}
