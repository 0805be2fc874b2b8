import { crc32, deflateRawSync } from 'node:zlib';
import { plannedZip } from '@app/archive';
import { encodePng } from '@app/dice-format';

/** A file of a zip; `deflate` packs it. */
export interface Part {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly deflate?: boolean;
}

export const CENTRAL = { flags: 8, method: 10, crc32: 16, packedBytes: 20, sizeBytes: 24, nameLength: 28, disk: 34, attributes: 38, offset: 42 } as const;
export const LOCAL = { flags: 6, method: 8, crc32: 14, packedBytes: 18, sizeBytes: 22 } as const;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;

/** A small picture; another `shade` gives other bytes. */
export function picture(shade = 100, side = 8): Uint8Array {
  return encodePng(new Uint8Array(side * side).fill(shade), { width: side, height: side, channels: 1 });
}

export interface PackageOptions {
  /** Put over the fields of annotations.json. */
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly meta?: Readonly<Record<string, unknown>>;
  /** In the place of the whole file. */
  readonly annotationsBytes?: Uint8Array;
  readonly metaBytes?: Uint8Array;
}

const FILE_NAMES = ['images/one.png', 'images/two.png', 'images/three.png', 'images/four.png'] as const;
export const pictures = (): Part[] => FILE_NAMES.map((name, index) => ({ name, bytes: picture(50 * index) }));

/** A right DICE package for classification around these images, all labeled. Sizes are left out, so that they are read from the images. */
export function diceParts(images: readonly Part[] = pictures(), options: PackageOptions = {}): Part[] {
  const head = { dataset_id: 'hostile', dataset_name: 'Hostile', format_version: '1.0', task_type: 'image_classification', version: 1, content_hash: `sha256:${'0'.repeat(64)}`, last_modified_at: '2025-01-01T00:00:00Z' };
  const classes = [{ id: 0, name: 'a' }, { id: 1, name: 'b' }];
  const listed = images.map((image, index) => ({ id: index + 1, file_name: image.name, split: 'train', annotation: { class_id: index % 2, confidence: 1 }, metadata: { status: 'labeled' } }));
  const annotations = { ...head, created_at: '2025-01-01T00:00:00Z', classes, images: listed, ...options.annotations };
  const meta = { ...head, total_images: images.length, num_classes: 2, ...options.meta };
  return [
    { name: 'annotations.json', bytes: options.annotationsBytes ?? Buffer.from(JSON.stringify(annotations)) },
    { name: 'meta.json', bytes: options.metaBytes ?? Buffer.from(JSON.stringify(meta)) },
    ...images,
  ];
}

export async function zipOf(parts: readonly Part[], options: { readonly forceZip64?: boolean } = {}): Promise<Buffer> {
  const planned = parts.map(({ name, bytes, deflate }) => {
    const packed = deflate === true ? deflateRawSync(bytes) : bytes;
    return { name, sizeBytes: bytes.length, crc32: crc32(bytes), ...(deflate === true ? { deflatedBytes: packed.length } : {}), open: () => [packed] };
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of plannedZip(planned, options).stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A right package with more entries behind it. */
export async function packageWith(...more: readonly Part[]): Promise<Buffer> {
  return zipOf([...diceParts(), ...more]);
}

/** Where the entry's central header begins. Its name occurs last there, behind its data and behind the label file. */
export function centralAt(zip: Buffer, name: string): number {
  const at = zip.lastIndexOf(name) - CENTRAL_BYTES;
  if (at < 0 || zip.readUInt32LE(at) !== 0x02014b50) throw new Error(`no central header of ${name}`);
  return at;
}

export const localAt = (zip: Buffer, name: string): number => zip.readUInt32LE(centralAt(zip, name) + CENTRAL.offset);
export const endAt = (zip: Buffer): number => zip.length - END_BYTES;
/** Where the data of an entry begins. */
export function dataAt(zip: Buffer, name: string): number {
  const at = localAt(zip, name);
  return at + 30 + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28);
}

/** A changed copy. */
export function changed(zip: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(zip);
  change(copy);
  return copy;
}

/** Writes a 32-bit field of an entry in both of its headers. */
export function inBothHeaders(field: 'crc32' | 'packedBytes' | 'sizeBytes', name: string, value: number): (copy: Buffer) => void {
  return (copy) => {
    copy.writeUInt32LE(value, centralAt(copy, name) + CENTRAL[field]);
    copy.writeUInt32LE(value, localAt(copy, name) + LOCAL[field]);
  };
}

/** Replaces the bytes of a name wherever they stand, which must keep their number. */
export function renamed(zip: Buffer, from: string, to: Buffer): Buffer {
  if (to.length !== from.length) throw new Error('a name keeps its length here');
  return changed(zip, (copy) => {
    for (const at of [localAt(zip, from) + 30, centralAt(zip, from) + CENTRAL_BYTES]) to.copy(copy, at);
  });
}
