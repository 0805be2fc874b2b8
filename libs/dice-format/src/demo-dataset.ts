import { createHash } from 'node:crypto';
import { contentHash, labelsDigest, type HashedImage } from './content-hash.js';
import { drawShape, randomNumbers, SHAPES } from './demo-shapes.js';
import { PALETTE } from './dice-class.js';
import { encodePng } from './indexed-png.js';

export interface PackageFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const SIDE_PIXELS = 64;
/** A fixed time, so that the same seed gives the same bytes. */
const MADE_AT = '2025-01-01T00:00:00Z';

function jsonFile(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** Makes a small classification dataset of shapes (64 x 64 PNG, four classes, train/val 80/20), the same for the same seed. */
export function generateDemoDataset(options: { readonly images?: number; readonly seed?: number } = {}): { entries: PackageFile[] } {
  const total = options.images ?? 400;
  const random = randomNumbers(options.seed ?? 1);
  const entries: PackageFile[] = [];
  const hashed: HashedImage[] = [];
  const images: unknown[] = [];
  const counts = { train: 0, val: 0, test: 0 };
  const distribution: Record<string, number> = {};
  const classes = SHAPES.map((name, id) => ({ id, name, color: PALETTE[id] }));
  for (let index = 0; index < total; index += 1) {
    const classId = index % SHAPES.length;
    const name = SHAPES[classId] ?? 'circle';
    const split = Math.floor(index / SHAPES.length) % 5 === 4 ? 'val' : 'train';
    const fileName = `images/${name}-${String(index + 1).padStart(5, '0')}.png`;
    const bytes = encodePng(drawShape(classId, SIDE_PIXELS, random), { width: SIDE_PIXELS, height: SIDE_PIXELS, channels: 3 });
    const size = { width: SIDE_PIXELS, height: SIDE_PIXELS };
    entries.push({ name: fileName, bytes });
    images.push({ id: index + 1, file_name: fileName, ...size, depth: 3, split, annotation: { class_id: classId, class_name: name, confidence: 1 }, metadata: { status: 'labeled' } });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    hashed.push({ fileName, sha256, ...size, split, status: 'labeled', noObject: false, labelsDigest: labelsDigest([{ class_id: classId, confidence: 1 }]) });
    counts[split] += 1;
    distribution[name] = (distribution[name] ?? 0) + 1;
  }
  const hash = contentHash({ taskType: 'image_classification', multiLabel: false, classes: classes.map(({ id, name }) => ({ id, name, details: {} })), images: hashed });
  const head = { dataset_id: 'demo-shapes', dataset_name: 'Demo shapes', format_version: '1.0', task_type: 'image_classification', version: 1, content_hash: hash, last_modified_at: MADE_AT };
  const statistics = { total_images: total, total_annotations: total, labeled_images: total, unlabeled_images: 0, labeling_progress: 1, avg_annotations_per_image: 1, class_distribution: distribution };
  const annotations = { ...head, created_at: MADE_AT, classes, splits: counts, statistics, split_config: { method: 'manual' }, images };
  const meta = { ...head, total_images: total, labeled_images: total, num_classes: SHAPES.length };
  return { entries: [{ name: 'annotations.json', bytes: jsonFile(annotations) }, { name: 'meta.json', bytes: jsonFile(meta) }, ...entries] };
}
