import { add, divide, multiply } from '../autodiff/arithmetic.js';
import type { Graph, Value } from '../autodiff/graph.js';

const COLOURS = 3;
/** Squared slopes of which half is taken for an edge, some times those of the noise of a camera (4 of 255). */
const CALM = 0.02;
/** Sobel's kernel across, an eighth of it: half the difference of the neighbours. */
const ACROSS = [-1, 0, 1, -2, 0, 2, -1, 0, 1].map((value) => value / 8);
const DOWN = [-1, -2, -1, 0, 0, 0, 1, 2, 1].map((value) => value / 8);

/**
 * Three planes beside those of the image: whether there is an edge, and along which of four directions it runs (the structure tensor, Foerstner and Guelch 1987, at
 * one pixel, summed over the colours, by its own sum: 0 in a plain area, near 2 at any edge that is well above the noise). They are the same for any two colours,
 * faint or strong, light on dark or dark on light, so that a network which has to tell things by their form need not learn that from examples; the colours
 * themselves stay, for those that are told by them. Nothing in it is learned.
 */
export function withEdges(graph: Graph, images: Value): Value {
  const [batch = 0, , height = 0, width = 0] = images.shape;
  const shape = (channels: number): number[] => [batch, channels, height, width];
  const slopes = graph.node('Conv', [images, slopeKernels(graph)], shape(3 * COLOURS), { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] });
  const squares = multiply(graph, slopes, slopes);
  const mixed = (key: string, rows: readonly Mix[]): Value => graph.node('Conv', [squares, mixKernel(graph, key, rows)], shape(rows.length), { kernel_shape: [1, 1], pads: [0, 0, 0, 0], strides: [1, 1] });
  // Three times the same sum: a division of equal shapes is what every runtime can do.
  const whole = add(graph, mixed('whole', [SUM, SUM, SUM]), graph.scalar(CALM));
  const edges = divide(graph, mixed('edges', [twice(SUM), twice(STANDING_OR_LYING), twice(RISING_OR_FALLING)]), whole);
  return graph.node('Concat', [images, edges], shape(COLOURS + 3), { axis: 1 });
}

/** Factors of the squared slopes across, down, and across plus down. */
type Mix = readonly [number, number, number];
const SUM: Mix = [1, 1, 0];
const STANDING_OR_LYING: Mix = [1, -1, 0];
/** 2ab = (a + b)^2 - a^2 - b^2 */
const RISING_OR_FALLING: Mix = [-1, -1, 1];
/** About as large as the pixels are. */
const twice = ([across, down, both]: Mix): Mix => [2 * across, 2 * down, 2 * both];

/** [9, 3, 3, 3]: each colour's slope across, down, and their sum. */
function slopeKernels(graph: Graph): Value {
  const data = new Float32Array(3 * COLOURS * COLOURS * 9);
  [ACROSS, DOWN, ACROSS.map((value, at) => value + (DOWN[at] ?? 0))].forEach((kernel, kind) => {
    for (let colour = 0; colour < COLOURS; colour += 1) data.set(kernel, ((kind * COLOURS + colour) * COLOURS + colour) * 9);
  });
  return graph.matrix('edges:slopes', [3 * COLOURS, COLOURS, 3, 3], data);
}

/** [rows, 9, 1, 1] */
function mixKernel(graph: Graph, key: string, rows: readonly Mix[]): Value {
  const data = Float32Array.from(rows.flatMap((row) => row.flatMap((factor) => new Array<number>(COLOURS).fill(factor))));
  return graph.matrix(`edges:${key}`, [rows.length, 3 * COLOURS, 1, 1], data);
}
