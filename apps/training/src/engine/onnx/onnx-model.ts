import protobuf from 'protobufjs';

/**
 * The part of the ONNX format that is written here. Field numbers are those of onnx.proto (IR version 8, operator set 17).
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
const field = (type: string, id: number, rule?: 'repeated'): protobuf.IField => ({ type, id, ...(rule === undefined ? {} : { rule }) });

const root = protobuf.Root.fromJSON({
  nested: {
    AttributeProto: { fields: { name: field('string', 1), f: field('float', 2), i: field('int64', 3), s: field('bytes', 4), ints: field('int64', 8, 'repeated'), type: field('int32', 20) } },
    NodeProto: { fields: { input: field('string', 1, 'repeated'), output: field('string', 2, 'repeated'), name: field('string', 3), opType: field('string', 4), attribute: field('AttributeProto', 5, 'repeated') } },
    TensorProto: { fields: { dims: field('int64', 1, 'repeated'), dataType: field('int32', 2), name: field('string', 8), rawData: field('bytes', 9) } },
    Dimension: { fields: { dimValue: field('int64', 1), dimParam: field('string', 2) } },
    TensorShapeProto: { fields: { dim: field('Dimension', 1, 'repeated') } },
    TensorTypeProto: { fields: { elemType: field('int32', 1), shape: field('TensorShapeProto', 2) } },
    TypeProto: { fields: { tensorType: field('TensorTypeProto', 1) } },
    ValueInfoProto: { fields: { name: field('string', 1), type: field('TypeProto', 2) } },
    GraphProto: {
      fields: {
        node: field('NodeProto', 1, 'repeated'),
        name: field('string', 2),
        initializer: field('TensorProto', 5, 'repeated'),
        input: field('ValueInfoProto', 11, 'repeated'),
        output: field('ValueInfoProto', 12, 'repeated'),
      },
    },
    OperatorSetIdProto: { fields: { domain: field('string', 1), version: field('int64', 2) } },
    StringStringEntryProto: { fields: { key: field('string', 1), value: field('string', 2) } },
    ModelProto: {
      fields: {
        irVersion: field('int64', 1),
        producerName: field('string', 2),
        producerVersion: field('string', 3),
        graph: field('GraphProto', 7),
        opsetImport: field('OperatorSetIdProto', 8, 'repeated'),
        metadataProps: field('StringStringEntryProto', 14, 'repeated'),
      },
    },
  },
});
export const MODEL_TYPE = root.lookupType('ModelProto');

export const FLOAT = 1;
export const INT64 = 7;
const IR_VERSION = 8;
export const OPSET = 17;
export const PRODUCER = 'vision-platform';
export const PRODUCER_VERSION = '1';

export type AttributeValue = number | { readonly float: number } | string | readonly number[];

export interface OnnxNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A dimension given as text is free, such as the batch. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The model as a file. Deterministic: equal models give equal bytes. */
export function encodeModel(model: OnnxModel): Uint8Array {
  return MODEL_TYPE
    .encode(
      MODEL_TYPE.create({
        irVersion: IR_VERSION,
        producerName: PRODUCER,
        producerVersion: PRODUCER_VERSION,
        opsetImport: [{ domain: '', version: OPSET }],
        metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
        graph: {
          name: 'graph',
          node: model.nodes.map((node) => ({ opType: node.opType, input: node.inputs, output: node.outputs, name: node.outputs[0], attribute: Object.entries(node.attributes).map(attribute) })),
          initializer: model.initializers.map((tensor) => ({
            name: tensor.name,
            dims: tensor.dims,
            dataType: tensor.data instanceof Float32Array ? FLOAT : INT64,
            rawData: new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength),
          })),
          input: model.inputs.map(valueInfo),
          output: model.outputs.map(valueInfo),
        },
      }),
    )
    .finish();
}

function attribute([name, value]: [string, AttributeValue]): object {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: value };
}

function valueInfo(value: OnnxValue): object {
  const dim = value.shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name: value.name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
