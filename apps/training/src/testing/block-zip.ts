import { Random } from '../engine/network/random.js';
import { BLOCK_SIDE, blockImage } from './block-images.js';
import { zipped, type TinyDataset } from './tiny-dataset.js';

const CLASSES = [
  { id: 3, name: 'red', color: '#ff0000' },
  { id: 7, name: 'blue', color: '#0000ff' },
];

/** Reddish and bluish blocks with their boxes, as a DICE zip. Same number, same bytes. */
export async function blockZip(count: number): Promise<TinyDataset> {
  const random = new Random(17);
  const files: { name: string; bytes: Buffer }[] = [];
  const images: unknown[] = [];
  for (let number = 1; number <= count; number += 1) {
    const { png, objects } = await blockImage(random);
    const name = `images/${String(number).padStart(6, '0')}.png`;
    files.push({ name, bytes: png });
    const annotations = objects.map(({ classIndex, bbox }, index) => {
      const { id, name: className } = CLASSES[classIndex] ?? { id: 0, name: '' };
      return { id: 100 * number + index, class_id: id, class_name: className, bbox, bbox_format: 'xywh', area: (bbox?.[2] ?? 0) * (bbox?.[3] ?? 0), iscrowd: 0, attributes: {} };
    });
    images.push({ id: number, file_name: name, width: BLOCK_SIDE, height: BLOCK_SIDE, annotations, metadata: { status: 'labeled' } });
  }
  const time = '2026-01-01T00:00:00Z';
  const head = { format_version: '1.0', dataset_id: 'platform-blocks-0123abcd', dataset_name: 'blocks', task_type: 'object_detection', created_at: time, last_modified_at: time, version: 1 };
  const labels = { ...head, content_hash: `sha256:${'0'.repeat(64)}`, classes: CLASSES, images };
  return zipped([...files, { name: 'annotations.json', bytes: Buffer.from(JSON.stringify(labels)) }]);
}
