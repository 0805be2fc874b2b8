import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sniffImage } from './image-header.js';
import { encodePng } from './indexed-png.js';
import { DicePackageValidator } from './package-validator.js';
import { type DiceModel, writeDice } from './write-dice.js';

const BYTES = encodePng(new Uint8Array(10 * 8 * 3), { width: 10, height: 8, channels: 3 });
const SHA256 = createHash('sha256').update(BYTES).digest('hex');

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

const BODIES: readonly [task: DiceModel['taskType'], annotation: Record<string, unknown>][] = [
  ['image_classification', { class_id: 4, confidence: 1 }],
  ['object_detection', { class_id: 4, confidence: 1, bbox: [1, 1, 2.5, 3], iscrowd: 0, attributes: {} }],
  ['instance_segmentation', { class_id: 4, confidence: 1, bbox: [1, 1, 2, 2], iscrowd: 0, attributes: {}, segmentation: [[1, 1, 3, 1, 3, 3]] }],
  ['pose_estimation', { class_id: 4, confidence: 1, bbox: [1, 1, 2, 2], iscrowd: 0, attributes: {}, keypoints: [1, 1, 2] }],
];

describe('writeDice', () => {
  it.each(BODIES)('writes %s so that the validator finds the same content hash', async (taskType, annotation) => {
    const image = { id: 1, fileName: 'images/a.png', sha256: SHA256, width: 10, height: 8, depth: 3, split: null, status: 'labeled' as const, noObject: false, annotations: [annotation] };
    const at = '2025-01-01T00:00:00Z';
    const classes = [{ id: 4, name: 'cat', color: '#112233', details: {} }];
    const texts = writeDice({ datasetId: 'd', name: 'n', taskType, multiLabel: false, version: 1, createdAt: at, lastModifiedAt: at, classes, images: [image] });
    const names = ['annotations.json', 'meta.json', 'images/a.png'];
    const validator = new DicePackageValidator(names.map((name) => ({ name, sizeBytes: 1, junk: false })));
    await validator.readAnnotations(once(texts.annotations));
    validator.readMeta(Buffer.from(texts.meta));
    validator.addImage({ name: 'images/a.png', sniffed: sniffImage(BYTES), sha256: SHA256, crc32: 0, sizeBytes: BYTES.length });
    const report = validator.finish();
    if (taskType === 'instance_segmentation') expect(JSON.parse(texts.annotations)).toMatchObject({ images: [{ annotations: [{ area: 2 }] }] });
    expect(report).toMatchObject({ errors: [], warnings: [] });
    expect(report.dataset?.classes).toEqual([{ ...classes[0], imageCount: 1 }]);
  });
});
