import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import type { HostileCase } from './archive-cases.js';
import { diceParts, picture, zipOf, type PackageOptions } from './zip-forge.js';

const SIDE = 16;
const canvas = (): Sharp => sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: '#336699' } });

/** A PNG whose header says what it likes; its pixels are a few bytes. */
function pngClaiming(width: number, height: number, colour: readonly [depth: number, type: number] = [8, 0]): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([...colour, 0, 0, 0], 8);
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), body.length + 4);
    return framed;
  };
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(64))), chunk('IEND', new Uint8Array())]);
}

const withImage = (name: string, bytes: Uint8Array): Promise<Buffer> => zipOf(diceParts([{ name: 'images/good.png', bytes: picture(9) }, { name, bytes }]));

/** E1, E2, E3, E6, E8: what is no picture, or another than it says. */
export async function imageCases(): Promise<HostileCase[]> {
  const [jpeg, webp, gif] = await Promise.all([canvas().jpeg().toBuffer(), canvas().webp().toBuffer(), canvas().gif().toBuffer()]);
  const png = picture(77, SIDE);
  const svg = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script><image href="file:///etc/passwd"/></svg>');
  const text = (content: string): Buffer => Buffer.from(content.padEnd(64));
  const bad: readonly [string, string, Uint8Array, string, Uint8Array][] = [
    ['E1 pixel flood', 'images/x.png', pngClaiming(60_000, 60_000), 'image-too-large', png],
    ['E1 one row of 2^31 pixels', 'images/x.png', pngClaiming(0x7fffffff, 1), 'image-too-large', png],
    ['E2 SVG as PNG', 'images/x.png', svg, 'unsupported-image', png],
    ['E2 SVG as JPEG', 'images/x.jpg', svg, 'unsupported-image', jpeg],
    ['E2 HTML as PNG', 'images/x.png', text('<!doctype html><script>alert(1)</script>'), 'unsupported-image', png],
    ['E2 PDF as JPEG', 'images/x.jpg', text('%PDF-1.7 1 0 obj'), 'unsupported-image', jpeg],
    ['E2 PostScript as PNG', 'images/x.png', text('%!PS-Adobe-3.0 (x) run'), 'unsupported-image', png],
    ['E2 MVG as PNG', 'images/x.png', text("push graphic-context image over 0,0 0,0 'label:@/etc/passwd'"), 'unsupported-image', png],
    ['E2 GIF as PNG', 'images/x.png', gif, 'unsupported-image', png],
    ['E3 empty', 'images/x.png', new Uint8Array(), 'unsupported-image', png],
    ['E3 PNG cut in its header', 'images/x.png', png.subarray(0, 20), 'unsupported-image', png],
    ['E3 JPEG cut before its size', 'images/x.jpg', jpeg.subarray(0, 30), 'unsupported-image', jpeg],
    ['E3 WebP cut in its header', 'images/x.webp', webp.subarray(0, 20), 'unsupported-image', webp],
    ['E6 no width', 'images/x.png', pngClaiming(0, 5), 'unsupported-image', pngClaiming(1, 500)],
    ['E6 impossible depth', 'images/x.png', pngClaiming(5, 5, [3, 2]), 'unsupported-image', pngClaiming(5, 5, [16, 4])],
    ['E8 JPEG as PNG', 'images/x.png', jpeg, 'extension-mismatch', png],
    ['E8 PNG as JPEG', 'images/x.jpeg', png, 'extension-mismatch', jpeg],
    ['E8 WebP as JPEG', 'images/x.JPG', webp, 'extension-mismatch', jpeg],
    ['E8 picture as text', 'images/x.txt', png, 'extension-mismatch', png],
  ];
  const cases: HostileCase[] = [];
  for (const [id, name, bytes, finding, right] of bad) {
    const twinName = finding === 'extension-mismatch' && name.endsWith('.txt') ? 'images/x.png' : name;
    cases.push({ id, hostile: await withImage(name, bytes), twin: await withImage(twinName, right), status: 422, code: 'unsupported-image', finding });
  }
  return cases;
}

/** D15, F1, F9, limits of the label file: what is no DICE although it may be JSON. */
export async function labelCases(): Promise<HostileCase[]> {
  const twin = await zipOf(diceParts());
  const invalid = async (id: string, finding: string, options: PackageOptions): Promise<HostileCase> => ({ id, hostile: await zipOf(diceParts(undefined, options)), twin, status: 422, code: 'validation-failed', finding });
  const text = (content: string): PackageOptions => ({ annotationsBytes: Buffer.from(content) });
  const image = { file_name: 'images/one.png', annotation: { class_id: 0 } };
  const classes = (name: unknown, id: unknown = 0): PackageOptions => ({ annotations: { classes: [{ id, name }, { id: 1, name: 'b' }] } });
  return [
    await invalid('D15 a million levels', 'json-depth', text(`{"x":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`)),
    await invalid('D15 invalid UTF-8', 'json-utf8', { annotationsBytes: Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]) }),
    await invalid('D15 UTF-16', 'json-syntax', { annotationsBytes: Buffer.from('{}', 'utf16le') }),
    await invalid('D15 cut off', 'json-syntax', text('{"images":[{"id":1')),
    await invalid('F1 1e400', 'json-number-range', text('{"version":1e400}')),
    await invalid('F1 NaN', 'json-syntax', text('{"version":NaN}')),
    await invalid('F9 a key twice', 'json-duplicate-key', text('{"version":1,"version":1}')),
    await invalid('F9 half a surrogate pair', 'json-surrogate', text('{"dataset_name":"\\ud800"}')),
    await invalid('F9 U+0000', 'json-nul', text('{"dataset_name":"\\u0000"}')),
    await invalid('meta.json is no JSON', 'json-syntax', { metaBytes: Buffer.from('{') }),
    await invalid('meta.json is an array', 'invalid-field', { metaBytes: Buffer.from('[]') }),
    await invalid('image id beyond a database integer', 'invalid-field', { annotations: { images: [{ id: 2 ** 31, ...image }] } }),
    await invalid('class id beyond a database integer', 'invalid-field', { annotations: { classes: [{ id: 2 ** 31, name: 'a' }], images: [] } }),
    await invalid('depth beyond a database integer', 'invalid-field', { annotations: { images: [{ id: 1, depth: 2 ** 40, ...image }] } }),
    await invalid('class name with a control character', 'invalid-field', classes('a\u0007')),
    await invalid('class name of a megabyte', 'invalid-field', classes('x'.repeat(1_000_000))),
    await invalid('class name with a direction override', 'invalid-field', classes('\u202eevil')),
    await invalid('dataset name too long', 'out-of-range', { annotations: { dataset_name: 'x'.repeat(1_000_000) } }),
    await invalid('dataset name of spaces', 'out-of-range', { annotations: { dataset_name: '   ' } }),
  ];
}
