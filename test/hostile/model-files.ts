import protobuf from 'protobufjs';
import { encodeModel, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../apps/training/src/engine/onnx/onnx-model.js';

const SIDE = 24;
const PIXELS = 3 * SIDE * SIDE;

const node = (opType: string, inputs: string[], output: string, attributes: OnnxNode['attributes'] = {}): OnnxNode => ({ opType, inputs, outputs: [output], attributes });

function model(nodes: OnnxNode[], initializers: OnnxTensor[], output: { name: string; shape: (number | string)[] }): OnnxModel {
  return { nodes, initializers, inputs: [{ name: 'images', shape: ['batch', 3, SIDE, SIDE] }], outputs: [output], metadata: {} };
}

/** Tells bright upper rows from bright left columns, more or less: what it says does not matter, that it says it does. */
export function goodModel(classes = 2, options: { readonly output?: string; readonly softmax?: boolean } = {}): Buffer {
  const { output = 'probabilities', softmax = true } = options;
  const weights = Float32Array.from({ length: PIXELS * classes }, (_, index) => (((index * 7919) % 13) - 6) / 500);
  const nodes = [node('Flatten', ['images'], 'flat', { axis: 1 }), node('MatMul', ['flat', 'weights'], softmax ? 'logits' : output), ...(softmax ? [node('Softmax', ['logits'], output, { axis: 1 })] : [])];
  return Buffer.from(encodeModel(model(nodes, [{ name: 'weights', dims: [PIXELS, classes], data: weights }], { name: output, shape: ['batch', classes] })));
}

const shapeOf = (name: string, dims: number[]): OnnxTensor => ({ name, dims: [dims.length], data: BigInt64Array.from(dims.map(BigInt)) });

/** Some hundred bytes that ask for 40 GB. */
export function memoryBomb(): Buffer {
  const nodes = [node('ConstantOfShape', ['shape'], 'huge'), node('ReduceMean', ['huge'], 'mean', { axes: [0, 1], keepdims: 1 }), node('Flatten', ['images'], 'flat', { axis: 1 }), node('Add', ['flat', 'mean'], 'probabilities')];
  return Buffer.from(encodeModel(model(nodes, [shapeOf('shape', [100_000, 100_000])], { name: 'probabilities', shape: ['batch', PIXELS] })));
}

/** Matrices of zeros, multiplied for minutes. */
export function timeBomb(): Buffer {
  const nodes = [node('ConstantOfShape', ['shape'], 'm0')];
  for (let step = 1; step <= 200; step += 1) nodes.push(node('MatMul', [`m${step - 1}`, 'm0'], `m${step}`));
  nodes.push(node('ReduceMean', ['m200'], 'mean', { axes: [0, 1], keepdims: 1 }), node('Flatten', ['images'], 'flat', { axis: 1 }), node('Add', ['flat', 'mean'], 'probabilities'));
  return Buffer.from(encodeModel(model(nodes, [shapeOf('shape', [3000, 3000])], { name: 'probabilities', shape: ['batch', PIXELS] })));
}

const root = protobuf.Root.fromJSON({
  nested: {
    Entry: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    Tensor: { fields: { dims: { type: 'int64', id: 1, rule: 'repeated' }, dataType: { type: 'int32', id: 2 }, name: { type: 'string', id: 8 }, external: { type: 'Entry', id: 13, rule: 'repeated' }, location: { type: 'int32', id: 14 } } },
    Dim: { fields: { value: { type: 'int64', id: 1 } } },
    Shape: { fields: { dim: { type: 'Dim', id: 1, rule: 'repeated' } } },
    TensorType: { fields: { elem: { type: 'int32', id: 1 }, shape: { type: 'Shape', id: 2 } } },
    Type: { fields: { tensor: { type: 'TensorType', id: 1 } } },
    Value: { fields: { name: { type: 'string', id: 1 }, type: { type: 'Type', id: 2 } } },
    Node: { fields: { input: { type: 'string', id: 1, rule: 'repeated' }, output: { type: 'string', id: 2, rule: 'repeated' }, opType: { type: 'string', id: 4 } } },
    Graph: { fields: { node: { type: 'Node', id: 1, rule: 'repeated' }, name: { type: 'string', id: 2 }, initializer: { type: 'Tensor', id: 5, rule: 'repeated' }, input: { type: 'Value', id: 11, rule: 'repeated' }, output: { type: 'Value', id: 12, rule: 'repeated' } } },
    Opset: { fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } } },
    Model: { fields: { irVersion: { type: 'int64', id: 1 }, graph: { type: 'Graph', id: 7 }, opset: { type: 'Opset', id: 8, rule: 'repeated' } } },
  },
});

/** Its weights are to be read from a file of the machine. */
export function externalData(location: string): Buffer {
  const value = (name: string): object => ({ name, type: { tensor: { elem: 1, shape: { dim: [1, 3, SIDE, SIDE].map((one) => ({ value: one })) } } } });
  const type = root.lookupType('Model');
  const graph = {
    node: [{ input: ['images', 'weights'], output: ['probabilities'], opType: 'Add' }],
    name: 'graph',
    initializer: [{ dims: [1], dataType: 1, name: 'weights', external: [{ key: 'location', value: location }, { key: 'offset', value: '0' }, { key: 'length', value: '4' }], location: 1 }],
    input: [value('images')],
    output: [value('probabilities')],
  };
  return Buffer.from(type.encode(type.create({ irVersion: 8, opset: [{ domain: '', version: 17 }], graph })).finish());
}
