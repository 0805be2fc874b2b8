import { DomainError } from '@app/kernel';
import { z } from 'zod';
import { FLOAT, INT64, MODEL_TYPE, type AttributeValue, type OnnxModel, type OnnxTensor } from './onnx-model.js';

/** What is read of the format; absent fields are filled in with their defaults. */
const attributeSchema = z.object({ name: z.string(), f: z.number(), i: z.number(), s: z.instanceof(Uint8Array), ints: z.array(z.number()), type: z.number() });
const tensorSchema = z.object({ dims: z.array(z.number().int().nonnegative()), dataType: z.number(), name: z.string(), rawData: z.instanceof(Uint8Array) });
const valueSchema = z.object({ name: z.string(), type: z.object({ tensorType: z.object({ shape: z.object({ dim: z.array(z.object({ dimValue: z.number(), dimParam: z.string() })) }) }) }) });
const modelSchema = z.object({
  metadataProps: z.array(z.object({ key: z.string(), value: z.string() })),
  graph: z.object({
    node: z.array(z.object({ input: z.array(z.string()), output: z.array(z.string()), opType: z.string(), attribute: z.array(attributeSchema) })),
    initializer: z.array(tensorSchema),
    input: z.array(valueSchema),
    output: z.array(valueSchema),
  }),
});

/** The inverse of `encodeModel`, for files that it wrote. Throws `validation-failed` for what is none. */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const parsed = modelSchema.safeParse(plainObject(bytes));
  if (!parsed.success) throw new DomainError('validation-failed', 'The model cannot be read: it was not written by this platform.', { cause: parsed.error });
  const { graph, metadataProps } = parsed.data;
  const values = (list: typeof graph.input): OnnxModel['inputs'] => list.map(({ name, type }) => ({ name, shape: type.tensorType.shape.dim.map(({ dimValue, dimParam }) => (dimParam === '' ? dimValue : dimParam)) }));
  return {
    nodes: graph.node.map(({ opType, input, output, attribute }) => ({ opType, inputs: input, outputs: output, attributes: Object.fromEntries(attribute.map((one) => [one.name, valueOf(one)])) })),
    initializers: graph.initializer.map(tensorOf),
    inputs: values(graph.input),
    outputs: values(graph.output),
    metadata: Object.fromEntries(metadataProps.map(({ key, value }) => [key, value])),
  };
}

function plainObject(bytes: Uint8Array): unknown {
  try {
    return MODEL_TYPE.toObject(MODEL_TYPE.decode(bytes), { longs: Number, defaults: true, arrays: true });
  } catch (error) {
    throw new DomainError('validation-failed', 'The model cannot be read: it is damaged.', { cause: error });
  }
}

function valueOf({ type, f, i, s, ints }: z.infer<typeof attributeSchema>): AttributeValue {
  switch (type) {
    case 1:
      return { float: f };
    case 2:
      return i;
    case 3:
      return Buffer.from(s).toString();
    case 7:
      return ints;
    default:
      throw new DomainError('validation-failed', `The model cannot be read: it has an attribute of the kind ${type}.`);
  }
}

function tensorOf({ name, dims, dataType, rawData }: z.infer<typeof tensorSchema>): OnnxTensor {
  // A copy of its own: the numbers may lie anywhere in the file, and arrays of them must begin at whole numbers.
  const { buffer } = Uint8Array.from(rawData);
  if (dataType === FLOAT) return { name, dims, data: new Float32Array(buffer) };
  if (dataType === INT64) return { name, dims, data: new BigInt64Array(buffer) };
  throw new DomainError('validation-failed', `The model cannot be read: it has a tensor of the kind ${dataType}.`);
}
