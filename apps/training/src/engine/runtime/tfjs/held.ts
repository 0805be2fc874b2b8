import * as tf from '@tensorflow/tfjs-core';

/**
 * How a value of N, C and further axes lies in memory: `plain` as ONNX has it, `last` with the channels as the last axis, which is the only order that TensorFlow's
 * kernels for images know.
 */
export type Layout = 'plain' | 'last';

/** Axes of `shape` in the order of the layout. */
export function axesIn(layout: Layout, rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return layout === 'plain' ? axes : [0, ...axes.slice(2), 1];
}

const product = (sizes: readonly number[]): number => sizes.reduce((all, one) => all * one, 1);
export const sizeOf = product;

/** Copies; without one where the numbers would lie as before. */
export function permuted(tensor: tf.Tensor, permutation: readonly number[]): tf.Tensor {
  const moved = permutation.filter((axis) => (tensor.shape[axis] ?? 1) !== 1);
  const shape = permutation.map((axis) => tensor.shape[axis] ?? 1);
  return moved.every((axis, at) => at === 0 || axis > (moved[at - 1] ?? -1)) ? tf.reshape(tensor, shape) : tf.transpose(tensor, [...permutation]);
}

/** A value of the graph as one tensor or more: each form of it is made when it is first asked for, and kept until the value goes. */
export class Held {
  private readonly forms = new Map<string, tf.Tensor>();

  /** Takes the tensor over. `shape` is that of ONNX, whatever the layout. */
  constructor(
    tensor: tf.Tensor,
    readonly layout: Layout,
    readonly shape: readonly number[],
  ) {
    this.forms.set(layout, tf.keep(tensor));
  }

  static plain(tensor: tf.Tensor): Held {
    return new Held(tensor, 'plain', tensor.shape);
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The tensor in this layout; it stays this value's own. */
  as(layout: Layout): tf.Tensor {
    if (layout === 'last' && this.rank < 3) throw new Error('only values with places have channels last');
    return this.form(layout, () => {
      const axes = axesIn('last', this.rank);
      return layout === 'last' ? permuted(this.as('plain'), axes) : permuted(this.as('last'), axes.map((_, axis) => axes.indexOf(axis)));
    });
  }

  /** As it lies. */
  get own(): tf.Tensor {
    return this.as(this.layout);
  }

  /** Any other form of the same numbers, such as a kernel in the order of TensorFlow. */
  form(key: string, make: () => tf.Tensor): tf.Tensor {
    const known = this.forms.get(key);
    if (known !== undefined) return known;
    const made = tf.keep(make());
    this.forms.set(key, made);
    return made;
  }

  dispose(): void {
    for (const tensor of this.forms.values()) tensor.dispose();
    this.forms.clear();
  }
}
