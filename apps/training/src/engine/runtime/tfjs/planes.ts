import * as tf from '@tensorflow/tfjs-core';
import { Held } from './held.js';
import { input, integersOf, textOf, type Operator } from './operator.js';

/** Pooling and resizing of planes. Channels last. */

/** `pieces[row][column]` [N, h, w, C] become one plane of which each block is made of a pixel of each piece. */
export function interleaved(pieces: readonly (readonly tf.Tensor[])[]): tf.Tensor {
  const lines = pieces.map((row) => {
    const [batch = 1, height = 1, width = 1, channels = 1] = row[0]?.shape ?? [];
    return tf.reshape(tf.concat([...row], 3), [batch * height, 1, width * row.length * channels]);
  });
  const [first] = pieces[0] ?? [];
  const [batch = 1, height = 1, width = 1, channels = 1] = first?.shape ?? [];
  return tf.reshape(tf.concat(lines, 1), [batch, height * pieces.length, width * (pieces[0]?.length ?? 1), channels]);
}

/** The pixel of that row and column of each block. */
function pieceOf(plane: tf.Tensor, size: number, place: { readonly row: number; readonly column: number }): tf.Tensor {
  const [batch = 1, height = 1, width = 1, channels = 1] = plane.shape;
  const [rows, columns] = [height / size, width / size];
  const inBlocks = tf.reshape(plane, [batch * rows, size, columns, size * channels]);
  return tf.reshape(tf.slice(inBlocks, [0, place.row, 0, place.column * channels], [batch * rows, 1, columns, channels]), [batch, rows, columns, channels]);
}

const placesOf = (size: number): { row: number; column: number }[] => Array.from({ length: size * size }, (_, at) => ({ row: Math.floor(at / size), column: at % size }));

function windowOf(kernel: readonly number[], strides: readonly number[]): number {
  const [size = 1] = kernel;
  if (![...kernel, ...strides].every((one) => one === size)) throw new Error('only square windows that do not overlap are known');
  return size;
}

/**
 * The largest of each window and where in it that is: 0 to size x size - 1, the first one where several are equal. ONNX counts places otherwise; nothing but
 * MaxUnpool looks at them.
 */
const maxPool: Operator = (call) => {
  const x = input(call, 0);
  const size = windowOf(integersOf(call, 'kernel_shape', []), integersOf(call, 'strides', [1, 1]));
  const plane = x.as('last');
  const pieces = placesOf(size).map((place) => pieceOf(plane, size, place));
  const largest = pieces.reduce((best, one) => tf.maximum(best, one));
  const [, height = 1, width = 1] = largest.shape;
  const shape = [x.shape[0] ?? 1, x.shape[1] ?? 1, height, width];
  const pooled = new Held(largest, 'last', shape);
  if (call.node.outputs.length === 1) return [pooled];
  const place = pieces.reduceRight((later, one, at) => tf.where(tf.equal(one, largest), tf.fill(largest.shape, at), later), tf.fill(largest.shape, 0));
  return [pooled, new Held(place, 'last', shape)];
};

const maxUnpool: Operator = (call) => {
  const [x, place] = [input(call, 0), input(call, 1)];
  const size = windowOf(integersOf(call, 'kernel_shape', []), integersOf(call, 'strides', [1, 1]));
  const [plane, places] = [x.as('last'), place.as('last')];
  const pieces = Array.from({ length: size }, (_, row) => Array.from({ length: size }, (__, column) => tf.mul(plane, tf.cast(tf.equal(places, tf.scalar(row * size + column)), 'float32'))));
  return [new Held(interleaved(pieces), 'last', [x.shape[0] ?? 1, x.shape[1] ?? 1, (x.shape[2] ?? 1) * size, (x.shape[3] ?? 1) * size])];
};

const averagePool: Operator = (call) => {
  const x = input(call, 0);
  const size = windowOf(integersOf(call, 'kernel_shape', []), integersOf(call, 'strides', [1, 1]));
  const places = placesOf(size).map((place) => pieceOf(x.as('last'), size, place));
  const mean = tf.mul(places.reduce((sum, one) => tf.add(sum, one)), tf.scalar(1 / (size * size)));
  return [new Held(mean, 'last', [x.shape[0] ?? 1, x.shape[1] ?? 1, mean.shape[1] ?? 1, mean.shape[2] ?? 1])];
};

/** Nearest by whole factors, or linear with the middles of pixels kept in place: what the layers here write. */
const resize: Operator = (call) => {
  const x = input(call, 0);
  const plane = x.as('last') as tf.Tensor4D;
  const [batch, height, width, channels] = plane.shape;
  const [, , down = 1, across = 1] = call.floats(2);
  const shape = [batch, channels, height * down, width * across];
  const how = `${textOf(call, 'mode', 'nearest')} ${textOf(call, 'coordinate_transformation_mode', 'half_pixel')}`;
  if (how === 'nearest asymmetric' && Number.isInteger(down) && Number.isInteger(across)) {
    return [new Held(interleaved(Array.from({ length: down }, () => Array.from({ length: across }, () => plane))), 'last', shape)];
  }
  if (how === 'linear half_pixel') return [new Held(tf.image.resizeBilinear(plane, [height * down, width * across], false, true), 'last', shape)];
  throw new Error(`Resize ${how} is not known`);
};

export const PLANES: Readonly<Record<string, Operator>> = { AveragePool: averagePool, MaxPool: maxPool, MaxUnpool: maxUnpool, Resize: resize };
