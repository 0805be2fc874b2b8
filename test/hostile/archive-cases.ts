import { CENTRAL, centralAt, changed, dataAt, diceParts, endAt, inBothHeaders, LOCAL, localAt, packageWith, picture, pictures, renamed, zipOf, type Part } from './zip-forge.js';

/** A hostile upload, what it must be answered with, and the same file made right, which must be taken. */
export interface HostileCase {
  /** Row of the threat model and what is wrong. */
  readonly id: string;
  readonly hostile: Uint8Array;
  readonly twin: Uint8Array;
  readonly status: 413 | 422;
  readonly code: string;
  /** Code of one of the findings. */
  readonly finding: string;
}

const ONE = 'images/one.png';
const unsafe = (id: string, finding: string, hostile: Uint8Array, twin: Uint8Array): HostileCase => ({ id, hostile, twin, status: 422, code: 'unsafe-archive', finding });
const tooLarge = (id: string, finding: string, hostile: Uint8Array, twin: Uint8Array): HostileCase => ({ id, hostile, twin, status: 413, code: 'too-large', finding });
const extra = (name: string, bytes: Uint8Array = picture(7)): Part => ({ name, bytes });

/** D1, D2, D4, D5, D18, D19: names. */
export async function nameCases(): Promise<HostileCase[]> {
  const twin = await packageWith(extra('images/extra.png'));
  const names: readonly [string, string][] = [
    ['D1 zip-slip', '../evil.png'], ['D1 zip-slip inside', 'images/../../evil.png'], ['D1 dot part', 'images/./evil.png'],
    ['D2 absolute', '/etc/evil.png'], ['D2 drive', 'C:/evil.png'], ['D2 drive and backslash', 'C:\\evil.png'], ['D2 backslash', 'images\\evil.png'], ['D2 UNC', '\\\\host\\share\\evil.png'], ['D2 double slash', '//host/evil.png'],
    ['D2 device name', 'images/CON.png'], ['D19 NUL', 'images/evil\u0000.png'], ['D19 line feed', 'images/evil\n.png'], ['D19 name of 64 KB', `images/${'x'.repeat(65_000)}.png`],
    ['D19 1,025 bytes', `images/${'x'.repeat(1_018)}`], ['C10 direction override', 'images/\u202egnp.exe.png'],
  ];
  const cases: HostileCase[] = [];
  for (const [id, name] of names) cases.push(unsafe(id, 'unsafe-name', await packageWith(extra(name)), twin));
  const pairs: readonly [string, string, string, string][] = [
    ['D4 twice', 'duplicate-name', 'images/x.png', 'images/x.png'], ['D5 upper and lower case', 'duplicate-name', 'images/x.png', 'images/X.PNG'],
    ['D5 NFC and NFD', 'duplicate-name', 'images/\u00e9.png', 'images/e\u0301.png'], ['D5 sharp s folded', 'duplicate-name', 'images/\u00df.png', 'images/SS.png'], ['D18 file and folder', 'file-and-directory', 'images/x', 'images/x/y.png'],
  ];
  for (const [id, finding, first, second] of pairs) cases.push(unsafe(id, finding, await packageWith(extra(first), extra(second)), await packageWith(extra('images/x.png'), extra('images/y.png'))));
  const folder = async (bytes: Uint8Array): Promise<Buffer> => changed(await packageWith(extra('images/sub/', bytes)), (copy) => copy.writeUInt32LE((0o040755 << 16) >>> 0, centralAt(copy, 'images/sub/') + CENTRAL.attributes));
  cases.push(unsafe('D18 directory with data', 'directory-with-data', await folder(Buffer.from('data')), await folder(new Uint8Array())));
  cases.push(unsafe('D19 invalid UTF-8 that claims to be UTF-8', 'unsafe-name', renamed(twin, 'images/extra.png', Buffer.concat([Buffer.from('images/ex'), Buffer.from([0xff, 0xc0, 0xaf]), Buffer.from('.png')])), twin));
  return cases;
}

/** D3, D6, D7, D11 to D14: headers that lie. Each is one change of the twin. */
export async function headerCases(): Promise<HostileCase[]> {
  const twin = await zipOf(diceParts());
  const packed = await zipOf(diceParts().map((part) => ({ ...part, deflate: true })));
  const size = picture(0).length;
  const central = (field: keyof typeof CENTRAL, value: number, bits: 16 | 32 = 32): Buffer =>
    changed(twin, (copy) => (bits === 16 ? copy.writeUInt16LE(value, centralAt(copy, ONE) + CENTRAL[field]) : copy.writeUInt32LE(value, centralAt(copy, ONE) + CENTRAL[field])));
  const both = (field: 'flags' | 'method', value: number): Buffer =>
    changed(twin, (copy) => {
      copy.writeUInt16LE(value, centralAt(copy, ONE) + CENTRAL[field]);
      copy.writeUInt16LE(value, localAt(copy, ONE) + LOCAL[field]);
    });
  const mode = (bits: number): Buffer => central('attributes', (bits << 16) >>> 0);
  const packedSize = (value: number): Buffer => changed(packed, inBothHeaders('sizeBytes', ONE, value));
  return [
    unsafe('D3 symbolic link', 'special-file', mode(0o120777), twin),
    unsafe('D3 character device', 'special-file', mode(0o020666), twin),
    unsafe('D3 block device', 'special-file', mode(0o060666), twin),
    unsafe('D3 FIFO', 'special-file', mode(0o010666), twin),
    unsafe('D3 socket', 'special-file', mode(0o140666), twin),
    unsafe('D6 two entries share one local header', 'overlap', changed(twin, (copy) => copy.writeUInt32LE(localAt(copy, ONE), centralAt(copy, 'images/two.png') + CENTRAL.offset)), twin),
    unsafe('D6 an entry reaches into the next', 'overlap', changed(twin, (copy) => { inBothHeaders('packedBytes', ONE, size + 40)(copy); inBothHeaders('sizeBytes', ONE, size + 40)(copy); }), twin),
    unsafe('D7 size in the directory', 'size-lies', central('sizeBytes', size - 1), twin),
    unsafe('D7 unpacks to more', 'size-lies', packedSize(size - 1), packed),
    unsafe('D7 unpacks to less', 'size-lies', packedSize(size + 1), packed),
    unsafe('D11 encrypted', 'encrypted', both('flags', 0x801), twin),
    unsafe('D11 strong encryption', 'encrypted', both('flags', 0x841), twin),
    unsafe('D12 bzip2', 'unsupported-method', both('method', 12), twin),
    unsafe('D12 deflate64', 'unsupported-method', both('method', 9), twin),
    unsafe('D12 AES', 'unsupported-method', both('method', 99), twin),
    unsafe('D13 CRC in both headers', 'crc-mismatch', changed(twin, inBothHeaders('crc32', ONE, 1)), twin),
    unsafe('D13 damaged data', 'crc-mismatch', changed(twin, (copy) => copy.writeUInt8(copy.readUInt8(dataAt(copy, ONE) + 40) ^ 0xff, dataAt(copy, ONE) + 40)), twin),
    unsafe('D13 damaged packed data', 'data-damaged', changed(packed, (copy) => copy.writeUInt8(0xff, dataAt(copy, ONE))), packed),
    unsafe('D14 local name differs', 'header-lies', changed(twin, (copy) => copy.write('X', localAt(copy, ONE) + 30 + 7)), twin),
    unsafe('D14 local method differs', 'header-lies', changed(twin, (copy) => copy.writeUInt16LE(8, localAt(copy, ONE) + LOCAL.method)), twin),
    unsafe('D14 another disk', 'multi-disk', central('disk', 1, 16), twin),
  ];
}

/** D8 to D10, D14, D17: the frame around the entries. */
export async function frameCases(): Promise<HostileCase[]> {
  const twin = await zipOf(diceParts());
  const long = await zipOf(diceParts(), { forceZip64: true });
  const end = (at: number, value: number, bits: 16 | 32): Buffer => changed(twin, (copy) => (bits === 16 ? copy.writeUInt16LE(value, endAt(copy) + at) : copy.writeUInt32LE(value, endAt(copy) + at)));
  const end64 = endAt(long) - 20 - 56;
  const claimed = (at: number, value: bigint): Buffer => changed(long, (copy) => copy.writeBigUInt64LE(value, end64 + at));
  const counted = (count: number): Buffer => changed(long, (copy) => [24, 32].forEach((at) => copy.writeBigUInt64LE(BigInt(count), end64 + at)));
  const commented = (comment: Buffer): Buffer => Buffer.concat([end(20, comment.length, 16), comment]);
  const zeros = { name: 'images/zeros.png', bytes: new Uint8Array(8_000_000), deflate: true };
  const nested = await zipOf([extra('inner.txt', Buffer.from('inner'))]);
  const notes = await packageWith(extra('notes.txt', Buffer.from('text')));
  return [
    tooLarge('D8 ratio', 'ratio-too-high', await packageWith(zeros), await packageWith(extra('images/zeros.png'))),
    tooLarge('D8 entry beyond the cap', 'entry-too-large', changed(await packageWith({ name: 'images/x.png', bytes: picture(3), deflate: true }), inBothHeaders('sizeBytes', 'images/x.png', 1_500_000_000)), await packageWith({ name: 'images/x.png', bytes: picture(3), deflate: true })),
    tooLarge('D9 two million entries claimed by zip64', 'too-many-entries', counted(2_000_000), long),
    unsafe('D9 a million entries claimed by zip64, none there', 'entry-count-lies', counted(1_000_000), long),
    unsafe('D9 fewer entries claimed', 'entry-count-lies', changed(twin, (copy) => [8, 10].forEach((at) => copy.writeUInt16LE(3, endAt(copy) + at))), twin),
    unsafe('D10 zip in zip', 'nested-archive', await packageWith({ name: 'backup.bin', bytes: nested }), notes),
    unsafe('D10 packed zip in zip', 'nested-archive', await packageWith({ name: 'images/inner.png', bytes: nested, deflate: true }), notes),
    unsafe('D14 two end records', 'directory-position', Buffer.concat([twin, twin.subarray(-22)]), twin),
    unsafe('D14 comment', 'archive-comment', commented(Buffer.from('hello')), twin),
    unsafe('D14 end record in a comment', 'several-end-records', commented(Buffer.from(twin.subarray(-22))), twin),
    unsafe('D14 bytes in front', 'directory-position', Buffer.concat([Buffer.from('#!/bin/sh\n'), twin]), twin),
    unsafe('D14 bytes behind', 'trailing-bytes', Buffer.concat([twin, Buffer.from('tail')]), twin),
    unsafe('D14 zip64 record elsewhere', 'zip64-lies', changed(long, (copy) => copy.writeBigUInt64LE(1n, endAt(copy) - 20 + 8)), long),
    unsafe('D14 zip64 directory beyond 2^53', 'zip64-lies', claimed(48, 2n ** 63n), long),
    unsafe('D14 zip64 directory out of the file', 'directory-position', claimed(48, 2n ** 40n), long),
    unsafe('D17 PDF and zip', 'directory-position', Buffer.concat([Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n'), twin]), twin),
    unsafe('D17 PNG and zip', 'directory-position', Buffer.concat([picture(1), twin]), twin),
    unsafe('D17 no zip at all', 'not-a-zip', Buffer.from('GIF89a and nothing else to see here'), twin),
    unsafe('empty file', 'not-a-zip', new Uint8Array(), twin),
    { id: 'D20 one bad image of many', hostile: await zipOf(diceParts([...pictures(), { name: 'images/bad.png', bytes: Buffer.from('no image at all') }])), twin, status: 422, code: 'unsupported-image', finding: 'unsupported-image' },
  ];
}
