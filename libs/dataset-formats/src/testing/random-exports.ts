import { spansText, tightBox, type DiceClass, type JsonObject, type TaskType } from '@app/dice-format';
import fc from 'fast-check';
import { sparse } from '../fields.js';
import type { Holds } from '../holds.js';
import type { ExportedDataset, ExportedImage, FormatObject, RunLengths } from '../model.js';

const [WIDTH, HEIGHT] = [20, 10];
const POINTS = ['nose', 'tail & "more"', '꼬리'];
/** Names that files and markup have trouble with. */
const NAMES = ['cat', 'dog <&> "x"', '고양이', "l'été"];

const coordinate = (most: number): fc.Arbitrary<number> => fc.double({ min: 0, max: most, noNaN: true }).map((value) => Math.round(value * 1000) / 1000);
const box = fc
  .tuple(coordinate(WIDTH - 2), coordinate(HEIGHT - 2), coordinate(1), coordinate(1))
  .map(([x, y, width, height]): readonly [number, number, number, number] => [x, y, width + 0.5, height + 0.5]);
const ring = fc
  .array(fc.tuple(coordinate(WIDTH), coordinate(HEIGHT)), { minLength: 3, maxLength: 5 })
  .map((points) => points.flat())
  .filter((points) => tightBox([points]) !== undefined);
const runLengths = fc
  .uniqueArray(fc.nat(WIDTH * HEIGHT - 1), { minLength: 2, maxLength: 6 })
  .map((cuts): RunLengths => {
    const ends = [...cuts.sort((a, b) => a - b), WIDTH * HEIGHT];
    return { size: [HEIGHT, WIDTH], counts: ends.map((end, at) => end - (ends[at - 1] ?? 0)) };
  });
const point = fc.oneof(fc.tuple(coordinate(WIDTH), coordinate(HEIGHT), fc.constantFrom(1, 2)), fc.constant([0, 0, 0] as const));

const scalar = fc.oneof(fc.boolean(), fc.integer(), fc.constantFrom('red', 'a <b> & "c"', '꼬리', '0003', ''));
const any = fc.oneof(scalar, fc.constant(null), fc.constantFrom('true', '12'), fc.constant({ deep: [1] }));

function attributesOf(held: Holds['attributes']): fc.Arbitrary<JsonObject> {
  if (held === 'none') return fc.constant({});
  return fc.dictionary(fc.constantFrom('colour', 'occluded', 'size of'), held === 'all' ? any : scalar, { maxKeys: 2 });
}

function shapeOf(task: TaskType, holds: Holds): fc.Arbitrary<Partial<FormatObject>> {
  if (task === 'instance_segmentation' && holds.polygons) {
    const rings = fc.array(ring, { minLength: 1, maxLength: holds.severalRings ? 3 : 1 }).map((segmentation) => ({ segmentation, bbox: boxOf(tightBox(segmentation)) }));
    const runs = runLengths.map((segmentation) => ({ segmentation, bbox: boxOf(tightBox(segmentation)) }));
    return holds.runLengths ? fc.oneof(rings, runs) : rings;
  }
  const bbox = box.map((value) => ({ bbox: value }));
  if (task !== 'pose_estimation' || !holds.keypoints) return bbox;
  return fc.tuple(bbox, fc.array(point, { minLength: POINTS.length, maxLength: POINTS.length })).map(([given, points]) => ({ ...given, keypoints: points.flat() }));
}

function boxOf(value: readonly number[] | undefined): readonly [number, number, number, number] {
  const [x = 0, y = 0, width = 0, height = 0] = value ?? [];
  return [x, y, width, height];
}

function objectOf(task: TaskType, holds: Holds): fc.Arbitrary<FormatObject> {
  const className = fc.constantFrom(...NAMES);
  const confidence = holds.confidence ? fc.option(coordinate(0.999), { nil: undefined }) : fc.constant(undefined);
  if (task === 'image_classification') return fc.record({ className, confidence }).map(sparse);
  const crowd = holds.crowd ? fc.constantFrom(true, undefined) : fc.constant(undefined);
  return fc.tuple(fc.record({ className, confidence, crowd, attributes: attributesOf(holds.attributes) }), shapeOf(task, holds)).map(([common, shape]) => sparse({ ...common, ...shape }));
}

/** Layers of a semantic mask: each pixel has at most one class. */
const layers = fc.array(fc.nat(NAMES.length), { minLength: WIDTH * HEIGHT, maxLength: WIDTH * HEIGHT }).map((pixels) =>
  NAMES.flatMap((className, index): FormatObject[] => {
    const spans = pixels.flatMap((value, at) => (value === index ? [at, at + 1] : []));
    return spans.length === 0 ? [] : [{ className, layer: spansText(joined(spans), WIDTH * HEIGHT) }];
  }),
);

function joined(spans: readonly number[]): number[] {
  const all: number[] = [];
  for (const border of spans) if (all.at(-1) === border) all.pop();
    else all.push(border);
  return all;
}

function objectsOf(task: TaskType, holds: Holds, most: number): fc.Arbitrary<readonly FormatObject[]> {
  if (task === 'semantic_segmentation') return layers;
  return fc.array(objectOf(task, holds), { maxLength: task === 'image_classification' ? 1 : most });
}

function classOf(name: string, id: number, task: TaskType, holds: Holds): DiceClass {
  const isPose = task === 'pose_estimation' && (holds.classDetails || holds.keypoints);
  const details = { ...(holds.classDetails ? { supercategory: 'thing' } : {}), ...(isPose ? { keypoints: POINTS } : {}) };
  return { id, name, color: '#a0b0c0', details };
}

/** Datasets of a task that have nothing but what `holds` says. */
export function randomExport(task: TaskType, holds: Holds, most = { images: 5, objects: 4 }): fc.Arbitrary<ExportedDataset> {
  const image = fc.record({ objects: objectsOf(task, holds, most.objects), split: holds.split ? fc.constantFrom('train' as const, 'val' as const, 'test' as const, null) : fc.constant(null), seen: fc.boolean() });
  return fc.array(image, { minLength: 1, maxLength: most.images }).map((images) => {
    const all = images.map(({ objects, split, seen }, index): ExportedImage => {
      const isEmpty = objects.length === 0 && seen && holds.emptiness && task !== 'image_classification';
      const status = objects.length > 0 || isEmpty ? 'labeled' : 'unlabeled';
      return { id: index + 1, fileName: `images/${index % 2 === 0 ? 'a b' : '사진'}-${index}.png`, width: WIDTH, height: HEIGHT, depth: 3, split, status, noObject: isEmpty, objects };
    });
    return datasetOf(task, NAMES.map((name, id) => classOf(name, id, task, holds)), all);
  });
}

export function datasetOf(taskType: TaskType, classes: readonly DiceClass[], all: readonly ExportedImage[]): ExportedDataset {
  const images = async function* (): AsyncIterable<ExportedImage> {
    for (const image of all) yield await Promise.resolve(image);
  };
  return { name: 'random', taskType, multiLabel: false, classes, images, heads: images };
}
