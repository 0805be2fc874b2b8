import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { plannedZip } from '@app/archive';
import sharp from 'sharp';

export interface TinyDataset {
  readonly zip: Buffer;
  readonly sha256: string;
}

const SIDE = 16;

/** A classification dataset of bright bars, standing or lying, as a DICE zip: a tiny network tells them apart at once. Same number, same bytes. */
export async function tinyDataset(imageCount: number, options: { readonly brokenImages?: number; readonly root?: string } = {}): Promise<TinyDataset> {
  const root = options.root ?? '';
  const images: { name: string; bytes: Buffer }[] = [];
  for (let number = 1; number <= imageCount; number += 1) {
    const isBroken = number <= (options.brokenImages ?? 0);
    images.push({ name: `images/${String(number).padStart(6, '0')}.png`, bytes: isBroken ? Buffer.from(`no image ${number}`) : await bars(number) });
  }
  const labels = Buffer.from(JSON.stringify(annotations(images.map((one) => one.name))));
  return zipped([...images, { name: 'annotations.json', bytes: labels }].map((one) => ({ ...one, name: `${root}${one.name}` })));
}

async function bars(number: number): Promise<Buffer> {
  const at = 3 + ((number * 7) % 10);
  const pixels = Buffer.alloc(SIDE * SIDE * 3);
  for (let index = 0; index < SIDE * SIDE; index += 1) {
    const place = number % 2 === 0 ? index % SIDE : Math.floor(index / SIDE);
    const shade = (Math.abs(place - at) < 2 ? 160 : 20) + ((index * 31 + number * 17) % 60);
    pixels.fill(shade, index * 3, index * 3 + 3);
  }
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } }).png().toBuffer();
}

function annotations(names: readonly string[]): unknown {
  const time = '2026-01-01T00:00:00Z';
  const classes = [
    { id: 3, name: 'lying', color: '#ff0000' },
    { id: 7, name: 'standing', color: '#00ff00' },
  ];
  return {
    format_version: '1.0',
    dataset_id: 'platform-bars-0123abcd',
    dataset_name: 'bars',
    task_type: 'image_classification',
    created_at: time,
    last_modified_at: time,
    version: 1,
    content_hash: `sha256:${'0'.repeat(64)}`,
    classes,
    images: names.map((name, index) => {
      const one = classes[(index + 1) % 2 === 0 ? 1 : 0];
      return { id: index + 1, file_name: name, width: SIDE, height: SIDE, annotation: { class_id: one?.id, class_name: one?.name }, metadata: { status: 'labeled' } };
    }),
  };
}

export async function zipped(files: readonly { readonly name: string; readonly bytes: Buffer }[]): Promise<TinyDataset> {
  const plan = plannedZip(files.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] })));
  const chunks: Uint8Array[] = [];
  for await (const chunk of plan.stream()) chunks.push(Uint8Array.from(chunk));
  const zip = Buffer.concat(chunks);
  return { zip, sha256: createHash('sha256').update(zip).digest('hex') };
}
