import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { PackageFile } from '../demo-dataset.js';
import { encodePng } from '../indexed-png.js';
import type { JsonObject } from '../json-access.js';
import type { TaskType } from '../task-type.js';
import { type DiceModel, type DiceModelImage, writeDice } from '../write-dice.js';

const WIDTH = 10;
const HEIGHT = 7;
const IMAGE = encodePng(new Uint8Array(WIDTH * HEIGHT * 3), { width: WIDTH, height: HEIGHT, channels: 3 });
const LABEL_MAP = new Uint8Array(WIDTH * HEIGHT).fill(1);
const MASK = encodePng(LABEL_MAP, { width: WIDTH, height: HEIGHT, channels: 1 });
const MADE_AT = '2026-01-01T00:00:00Z';
/** Gaps and an order that is not that of the ids. */
const CLASS_IDS = [4, 0, 9];
const KEYPOINTS = ['head', 'tail'];

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const coordinate = (least: number, most: number): fc.Arbitrary<number> => fc.double({ min: least, max: most, noNaN: true });
const optional = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<JsonObject> => fc.record(fields, { requiredKeys: [] });

/** Corners up to a pixel outside, as foreign tools give them, with all the noise of doubles. */
const box = fc
  .tuple(coordinate(-1, WIDTH - 0.01), coordinate(-1, HEIGHT - 0.01), coordinate(0, 1), coordinate(0, 1))
  .map(([x, y, w, h]) => [x, y, w * (WIDTH + 1 - x), h * (HEIGHT + 1 - y)])
  .filter(([x = 0, y = 0, w = 0, h = 0]) => x + w > 0.01 && y + h > 0.01 && w > 0 && h > 0 && x + w - WIDTH <= 1 && y + h - HEIGHT <= 1);
const point = fc.tuple(coordinate(-1, WIDTH + 1), coordinate(-1, HEIGHT + 1));
const ring = fc.array(point, { minLength: 3, maxLength: 6 }).map((points) => points.flat());
const runs = fc.array(fc.nat(WIDTH * HEIGHT), { maxLength: 5 }).map((cuts) => {
  const ends = [...cuts.sort((a, b) => a - b), WIDTH * HEIGHT];
  return { size: [HEIGHT, WIDTH], counts: ends.map((end, at) => end - (ends[at - 1] ?? 0)) };
});
/** COCO's string for the runs 6, 1, 40, 4, 5, 4, 10: from the fourth on, they are differences to the run two before. */
const coco = fc.constant({ size: [HEIGHT, WIDTH], counts: '61X13mN05' });
const keypoint = fc.oneof(fc.tuple(coordinate(-1, WIDTH + 1), coordinate(-1, HEIGHT + 1), fc.constantFrom(1, 2)), fc.constant([0, 0, 0]));
const keypoints = fc.tuple(fc.array(keypoint, { minLength: KEYPOINTS.length, maxLength: KEYPOINTS.length }), fc.boolean()).map(([points, flat]) => (flat ? points.flat() : points));

const ATTRIBUTES: readonly JsonObject[] = [{}, { occluded: true, colour: null }, { z: [1, 0.1 + 0.2, -0], a: { '\u00e9': 1e21 } }, { absent: undefined, line: '\u2028' }];
const shared = { confidence: coordinate(0, 1) };
const extras = { ...shared, iscrowd: fc.constantFrom(0, 1, true, false), attributes: fc.constantFrom(...ATTRIBUTES), area: fc.nat(), num_keypoints: fc.nat() };

/** Bodies as writers and converters give them: defaults left out, unknown fields put in. */
function annotationOf(task: TaskType): fc.Arbitrary<JsonObject> {
  const classId = fc.constantFrom(...CLASS_IDS);
  const merged = (required: fc.Arbitrary<JsonObject>, more: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> => fc.tuple(required, more).map(([one, two]) => ({ ...two, ...one }));
  if (task === 'image_classification') return merged(fc.record({ class_id: classId }), optional(shared));
  const segmentation = fc.oneof(fc.array(ring, { minLength: 1, maxLength: 2 }), runs, coco);
  const shape = {
    object_detection: {},
    semantic_segmentation: {},
    instance_segmentation: { segmentation },
    pose_estimation: { keypoints },
  }[task];
  return merged(fc.record({ class_id: classId, bbox: box, ...shape }), optional(extras));
}

function imageOf(task: TaskType, multiLabel: boolean): fc.Arbitrary<Omit<DiceModelImage, 'id' | 'fileName'>> {
  const most = task === 'image_classification' && !multiLabel ? 1 : 3;
  const annotations = task === 'semantic_segmentation' ? fc.constant([]) : fc.array(annotationOf(task), { maxLength: most });
  return fc
    .record({
      split: fc.constantFrom('train' as const, 'val' as const, 'test' as const, null),
      status: fc.constantFrom('unlabeled' as const, 'labeled' as const, 'reviewed' as const),
      noObject: fc.boolean(),
      annotations,
      masked: fc.boolean(),
    })
    .map(({ masked, ...image }) => ({
      ...{ ...image, sha256: digestOf(IMAGE), width: WIDTH, height: HEIGHT, depth: 3 },
      ...(masked && task === 'semantic_segmentation' ? { mask: { file: 'masks/all.png', sha256: digestOf(LABEL_MAP) } } : {}),
    }));
}

/** Datasets of one task as the platform's own code would hand them to the writer. */
export function randomModel(task: TaskType): fc.Arbitrary<DiceModel> {
  return fc.boolean().chain((many) => {
    const multiLabel = many && task === 'image_classification';
    return fc.array(imageOf(task, multiLabel), { minLength: 1, maxLength: 4 }).map((images) => ({
      ...{ datasetId: 'd', name: 'random', taskType: task, multiLabel, version: 1, createdAt: MADE_AT, lastModifiedAt: MADE_AT },
      classes: CLASS_IDS.map((id) => ({ id, name: `class ${id}`, color: '#a0b0c0', details: { keypoints: task === 'pose_estimation' ? KEYPOINTS : null, unknown: 1 } })),
      // Composed and decomposed: one name after NFC.
      images: images.map((image, index) => ({ ...image, id: index + 1, fileName: `images/e\u0301-${images.length - index}.png` })),
    }));
  });
}

/** The files of the zip that the model becomes. */
export function filesOf(model: DiceModel): PackageFile[] {
  const { annotations, meta } = writeDice(model);
  const masks = model.images.some((image) => image.mask !== undefined) ? [{ name: 'masks/all.png', bytes: MASK }] : [];
  return [
    { name: 'annotations.json', bytes: Buffer.from(annotations) },
    { name: 'meta.json', bytes: Buffer.from(meta) },
    ...model.images.map(({ fileName }) => ({ name: fileName, bytes: IMAGE })),
    ...masks,
  ];
}
