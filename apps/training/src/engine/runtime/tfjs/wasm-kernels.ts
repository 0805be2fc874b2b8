import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/**
 * Kernels that TensorFlow's WebAssembly lacks, or that take most of a step in it: they copy a few numbers at a time there. Loops over the memory of WebAssembly, each
 * view taken after the output was made: memory that grows takes older views away.
 */

const BACKEND = 'wasm';
/** From so many numbers on a block is copied as one. */
const BLOCK = 48;

type Numbers = Float32Array | Int32Array | Uint8Array | Uint8ClampedArray;

function copyRun(from: Numbers, at: number, into: Numbers, run: { readonly to: number; readonly count: number }): void {
  if (run.count >= BLOCK) {
    into.set(from.subarray(at, at + run.count), run.to);
    return;
  }
  for (let index = 0; index < run.count; index += 1) into[run.to + index] = from[at + index] ?? 0;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, one) => product * one, 1);

type Four = readonly [number, number, number, number];

/** Up to four axes as four; `fill` stands for those that are not there. */
function four(list: readonly number[], fill: number): Four {
  if (list.length > 4) throw new Error('windows of more than four axes are not known');
  const [a = fill, b = fill, c = fill, d = fill] = [...Array.from({ length: 4 - list.length }, () => fill), ...list];
  return [a, b, c, d];
}

/** Copies a window of a tensor; whole rows of its last axis lie side by side and go at once. */
function copyWindow(from: Numbers, into: Numbers, window: { readonly shape: Four; readonly begin: Four; readonly size: Four }): void {
  const { shape, begin, size } = window;
  const isWhole = size[3] === shape[3];
  const [count, runs] = isWhole ? [size[2] * size[3], 1] : [size[3], size[2]];
  let to = 0;
  for (let outer = begin[0]; outer < begin[0] + size[0]; outer += 1) {
    for (let row = begin[1]; row < begin[1] + size[1]; row += 1) {
      const line = ((outer * shape[1] + row) * shape[2] + begin[2]) * shape[3] + begin[3];
      for (let run = 0; run < runs; run += 1, to += count) copyRun(from, line + run * shape[3], into, { to, count });
    }
  }
}

const slice: tf.KernelFunc = ({ inputs, backend, attrs }) => {
  const { x } = inputs as { x: tf.TensorInfo };
  const asked = attrs as unknown as { begin: number[]; size: number[] };
  const [begin = [], size = []] = tf.slice_util.parseSliceParams(x as tf.Tensor, asked.begin, asked.size);
  const wasm = backend as BackendWasm;
  const out = wasm.makeOutput(size, x.dtype);
  if (sizeOf(size) > 0) copyWindow(wasm.typedArrayFromHeap(x), wasm.typedArrayFromHeap(out), { shape: four(x.shape, 1), begin: four(begin, 0), size: four(size, 1) });
  return out;
};

const concat: tf.KernelFunc = ({ inputs, backend, attrs }) => {
  const parts = (inputs as unknown as tf.TensorInfo[]).filter((one) => sizeOf(one.shape) > 0);
  const [first] = parts;
  if (first === undefined) throw new Error('nothing to put together');
  const axis = tf.util.parseAxisParam((attrs as unknown as { axis: number }).axis, first.shape)[0] ?? 0;
  const wasm = backend as BackendWasm;
  const out = wasm.makeOutput(tf.backend_util.computeOutShape(parts.map((one) => one.shape), axis), first.dtype);
  const into = wasm.typedArrayFromHeap(out);
  const blocks = sizeOf(first.shape.slice(0, axis));
  const counts = parts.map((one) => sizeOf(one.shape.slice(axis)));
  const whole = counts.reduce((sum, one) => sum + one, 0);
  let before = 0;
  parts.forEach((part, index) => {
    const from = wasm.typedArrayFromHeap(part);
    const count = counts[index] ?? 0;
    for (let block = 0; block < blocks; block += 1) copyRun(from, block * count, into, { to: block * whole + before, count });
    before += count;
  });
  return out;
};

const COLUMN_SUMS = 'VisionColumnSums';

/** Sums of the columns of [rows, columns], in double precision. */
const columnSumsInMemory: tf.KernelFunc = ({ inputs, backend }) => {
  const { x } = inputs as { x: tf.TensorInfo };
  const [rows = 0, columns = 0] = x.shape;
  const wasm = backend as BackendWasm;
  const out = wasm.makeOutput([columns], 'float32');
  const from = wasm.typedArrayFromHeap(x);
  const sums = new Float64Array(columns);
  for (let row = 0, at = 0; row < rows; row += 1) for (let column = 0; column < columns; column += 1, at += 1) sums[column] = (sums[column] ?? 0) + (from[at] ?? 0);
  wasm.typedArrayFromHeap(out).set(sums);
  return out;
};

/** Sums of the columns of a matrix by the backend's own kernel; null where it has none. */
export function columnSumsOf(matrix: tf.Tensor): tf.Tensor | null {
  if (tf.getKernel(COLUMN_SUMS, tf.getBackend()) === undefined) return null;
  return tf.engine().runKernel(COLUMN_SUMS, { x: matrix }) as tf.Tensor;
}

/** Puts the kernels in the place of those that came with the backend. */
export function installWasmKernels(): void {
  if (tf.getKernel(COLUMN_SUMS, BACKEND) !== undefined) return;
  for (const [kernelName, kernelFunc] of [['Slice', slice], ['Concat', concat], ['ConcatV2', concat]] as const) {
    if (tf.getKernel(kernelName, BACKEND) === undefined) continue;
    tf.unregisterKernel(kernelName, BACKEND);
    tf.registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
  }
  tf.registerKernel({ kernelName: COLUMN_SUMS, backendName: BACKEND, kernelFunc: columnSumsInMemory });
}
