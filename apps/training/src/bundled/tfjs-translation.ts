import type { OnnxWriter, Written } from './onnx-writer.js';
import type { TfjsConstant, TfjsGraph, TfjsNode } from './tfjs-graph.js';

const TO_PLANES = [0, 3, 1, 2];
const FROM_PLANES = [0, 2, 3, 1];

/**
 * Writes what a graph of TensorFlow.js computes as nodes of ONNX, value by value as they are asked for. Convolutions, pooling and resizing, which have the
 * channels last there, are put between two transpositions; the runtime takes those out that cancel each other. Throws for an operation that it does not know.
 */
export class TfjsTranslation {
  private readonly written = new Map<string, readonly Written[]>();

  constructor(
    private readonly graph: TfjsGraph,
    private readonly to: OnnxWriter,
    private readonly input: Written,
  ) {}

  /** `name`, or `name:1` for the second output. */
  value(reference: string): Written {
    const [name = '', output = '0'] = reference.split(':');
    const known = this.written.get(name) ?? this.write(name);
    this.written.set(name, known);
    const value = known[Number(output)];
    if (value === undefined) throw new Error(`The model has no value ${reference}.`);
    return value;
  }

  private write(name: string): readonly Written[] {
    const constant = this.graph.constants.get(name);
    if (constant !== undefined) return [{ name: this.to.floats(constant.shape, constant.values), shape: constant.shape }];
    const node = this.graph.nodes.get(name);
    if (node === undefined) throw new Error(`The model has no operation ${name}.`);
    return node.op === 'SplitV' ? this.split(node) : [this.single(node)];
  }

  private single(node: TfjsNode): Written {
    switch (node.op) {
      case 'Placeholder':
        return this.input;
      case 'Identity':
        return this.value(at(node, 0));
      case 'Pad':
      case 'PadV2':
        return this.pad(node);
      case 'Transpose':
        return this.transposed(this.value(at(node, 0)), this.numbers(at(node, 1)));
      case 'Conv2D':
        return this.convolution(node);
      case 'MaxPool':
        return this.pool(node);
      case 'ResizeBilinear':
        return this.resize(node);
      default:
        return this.elementwise(node);
    }
  }

  private elementwise(node: TfjsNode): Written {
    const first = (): Written => this.value(at(node, 0));
    switch (node.op) {
      case 'Add':
        return this.sum(first(), this.value(at(node, 1)));
      case 'LeakyRelu':
        return this.same('LeakyRelu', first(), { alpha: { float: node.attr['alpha']?.f ?? 0.2 } });
      case 'Sigmoid':
        return this.same('Sigmoid', first());
      case 'ConcatV2':
        return this.concat(node);
      case 'Reshape':
        return this.reshape(first(), this.numbers(at(node, 1)));
      default:
        throw new Error(`The operation ${node.op} of ${node.name} is not translated.`);
    }
  }

  private same(opType: string, value: Written, attributes: Parameters<OnnxWriter['node']>[3] = {}): Written {
    return this.to.node(opType, [value.name], value.shape, attributes);
  }

  private sum(left: Written, right: Written): Written {
    const rank = Math.max(left.shape.length, right.shape.length);
    const side = ({ shape }: Written, index: number): number => shape[index - rank + shape.length] ?? 1;
    return this.to.node('Add', [left.name, right.name], Array.from({ length: rank }, (_, index) => Math.max(side(left, index), side(right, index))));
  }

  private transposed(value: Written, perm: readonly number[]): Written {
    return this.to.node('Transpose', [value.name], perm.map((axis) => value.shape[axis] ?? 0), { perm });
  }

  private pad(node: TfjsNode): Written {
    const value = this.value(at(node, 0));
    const pads = this.numbers(at(node, 1));
    const [before, after] = [pads.filter((_, index) => index % 2 === 0), pads.filter((_, index) => index % 2 === 1)];
    const filled = node.input[2] === undefined ? [] : [this.to.floats([], Float32Array.from(this.numbers(node.input[2])))];
    return this.to.node('Pad', [value.name, this.to.wholes([...before, ...after]), ...filled], value.shape.map((size, axis) => size + (before[axis] ?? 0) + (after[axis] ?? 0)), { mode: 'constant' });
  }

  private convolution(node: TfjsNode): Written {
    const image = this.transposed(this.value(at(node, 0)), TO_PLANES);
    const { shape, values } = kernelsFirst(this.constant(at(node, 1)));
    const [kernels = 0, channels, ...size] = shape;
    const isPlain = node.attr['padding']?.s === 'VALID' && listOf(node, 'dilations').every((one) => one === 1);
    if (channels !== image.shape[1] || !isPlain) throw new Error(`The convolution ${node.name} is of a kind that is not translated.`);
    const kernel = { kernel_shape: size, strides: listOf(node, 'strides').slice(1, 3) };
    return this.transposed(this.to.node('Conv', [image.name, this.to.floats(shape, values)], [1, kernels, ...slid(image.shape, kernel)], kernel), FROM_PLANES);
  }

  private pool(node: TfjsNode): Written {
    const image = this.transposed(this.value(at(node, 0)), TO_PLANES);
    if (node.attr['padding']?.s !== 'VALID') throw new Error(`The pooling ${node.name} is of a kind that is not translated.`);
    const kernel = { kernel_shape: listOf(node, 'ksize').slice(1, 3), strides: listOf(node, 'strides').slice(1, 3) };
    return this.transposed(this.to.node('MaxPool', [image.name], [...image.shape.slice(0, 2), ...slid(image.shape, kernel)], kernel), FROM_PLANES);
  }

  private resize(node: TfjsNode): Written {
    const image = this.transposed(this.value(at(node, 0)), TO_PLANES);
    if (node.attr['half_pixel_centers']?.b !== true) throw new Error(`The resizing ${node.name} is of a kind that is not translated.`);
    const shape = [...image.shape.slice(0, 2), ...this.numbers(at(node, 1))];
    return this.transposed(this.to.node('Resize', [image.name, '', '', this.to.wholes(shape)], shape, { mode: 'linear', coordinate_transformation_mode: 'half_pixel' }), FROM_PLANES);
  }

  private concat(node: TfjsNode): Written {
    const values = node.input.slice(0, -1).map((one) => this.value(one));
    const [axis = 0] = this.numbers(at(node, node.input.length - 1));
    const shape = (values[0]?.shape ?? []).map((size, index) => (index === axis ? values.reduce((sum, one) => sum + (one.shape[axis] ?? 0), 0) : size));
    return this.to.node('Concat', values.map((one) => one.name), shape, { axis });
  }

  private reshape(value: Written, wanted: readonly number[]): Written {
    const count = value.shape.reduce((product, one) => product * one, 1);
    const known = wanted.filter((one) => one !== -1).reduce((product, one) => product * one, 1);
    const shape = wanted.map((one) => (one === -1 ? count / known : one));
    return this.to.node('Reshape', [value.name, this.to.wholes(shape)], shape);
  }

  private split(node: TfjsNode): Written[] {
    const value = this.value(at(node, 0));
    const sizes = this.numbers(at(node, 1));
    const [axis = 0] = this.numbers(at(node, 2));
    return this.to.nodeOf('Split', [value.name, this.to.wholes(sizes)], sizes.map((size) => value.shape.map((one, index) => (index === axis ? size : one))), { axis });
  }

  /** What is known without an image: shapes are told by sums of such numbers. */
  private numbers(name: string): readonly number[] {
    const node = this.graph.nodes.get(name);
    if (node?.op === 'AddV2') {
      const [left, right] = [this.numbers(at(node, 0)), this.numbers(at(node, 1))];
      return left.map((one, index) => one + (right[index] ?? 0));
    }
    if (node?.op === 'SparseToDense') return this.dense(node);
    return [...this.constant(name).values];
  }

  private dense(node: TfjsNode): readonly number[] {
    const [indices, [length = 0], values, [rest = 0]] = [this.numbers(at(node, 0)), this.numbers(at(node, 1)), this.numbers(at(node, 2)), this.numbers(at(node, 3))];
    const dense = new Array<number>(length).fill(rest);
    indices.forEach((index, position) => (dense[index] = values[position] ?? rest));
    return dense;
  }

  private constant(name: string): TfjsConstant {
    const found = this.graph.constants.get(name);
    if (found === undefined) throw new Error(`The model has no numbers ${name}.`);
    return found;
  }
}

function at(node: TfjsNode, index: number): string {
  const name = node.input[index];
  if (name === undefined) throw new Error(`The operation ${node.name} lacks an input.`);
  return name;
}

const listOf = (node: TfjsNode, name: string): readonly number[] => node.attr[name]?.list?.i ?? [];

/** From [rows, columns, channels, kernels] to [kernels, channels, rows, columns]. */
function kernelsFirst({ shape: [rows = 0, columns = 0, channels = 0, kernels = 0], values }: TfjsConstant): Pick<TfjsConstant, 'shape' | 'values'> {
  const turned = new Float32Array(values.length);
  values.forEach((value, index) => {
    const [kernel, channel, cell] = [index % kernels, Math.floor(index / kernels) % channels, Math.floor(index / (kernels * channels))];
    turned[(kernel * channels + channel) * rows * columns + cell] = value;
  });
  return { shape: [kernels, channels, rows, columns], values: turned };
}

/** Height and width of what a kernel gives that slides over planes, without a border. */
function slid([, , height = 0, width = 0]: readonly number[], { kernel_shape: kernel, strides }: { readonly kernel_shape: readonly number[]; readonly strides: readonly number[] }): number[] {
  return [height, width].map((size, axis) => Math.floor((size - (kernel[axis] ?? 1)) / (strides[axis] ?? 1)) + 1);
}
