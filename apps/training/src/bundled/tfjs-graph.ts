import { z } from 'zod';

const number = z.coerce.number();
const text = z.string().transform((value) => Buffer.from(value, 'base64').toString());
const attribute = z.object({ s: text, f: z.number(), b: z.boolean(), list: z.object({ i: z.array(number) }).partial() }).partial();
const nodeSchema = z.object({ name: z.string(), op: z.string(), input: z.array(z.string()).default([]), attr: z.record(z.string(), attribute).default({}) });
const weightSchema = z.object({ name: z.string(), shape: z.array(z.number().int().nonnegative()), dtype: z.enum(['float32', 'int32']), quantization: z.object({ dtype: z.literal('float16') }).optional() });
const fileSchema = z.object({ modelTopology: z.object({ node: z.array(nodeSchema) }), weightsManifest: z.tuple([z.object({ paths: z.tuple([z.string()]), weights: z.array(weightSchema) })]) });

export type TfjsNode = z.infer<typeof nodeSchema>;

export interface TfjsConstant {
  readonly shape: readonly number[];
  readonly isWhole: boolean;
  readonly values: Float32Array;
}

/** A graph model of TensorFlow.js: what it computes, and its numbers. */
export interface TfjsGraph {
  readonly nodes: ReadonlyMap<string, TfjsNode>;
  readonly constants: ReadonlyMap<string, TfjsConstant>;
}

/** Reads `model.json` and its weights, which are floats (halves, too) and whole numbers here. Throws for a file of another kind. */
export function readTfjsGraph(json: string, weights: Buffer): TfjsGraph {
  const { modelTopology, weightsManifest } = fileSchema.parse(JSON.parse(json));
  const constants = new Map<string, TfjsConstant>();
  let offset = 0;
  for (const { name, shape, dtype, quantization } of weightsManifest[0].weights) {
    const [bytes, read] = quantization === undefined ? [4, dtype === 'int32' ? (at: number) => weights.readInt32LE(at) : (at: number) => weights.readFloatLE(at)] : [2, (at: number) => halfOf(weights.readUInt16LE(at))];
    const from = offset;
    const values = Float32Array.from({ length: shape.reduce((product, one) => product * one, 1) }, (_, index) => read(from + index * bytes));
    constants.set(name, { shape, isWhole: dtype === 'int32', values });
    offset += values.length * bytes;
  }
  if (offset !== weights.length) throw new Error('The weights do not belong to the model.');
  return { nodes: new Map(modelTopology.node.map((node) => [node.name, node])), constants };
}

/** IEEE 754 half precision. */
function halfOf(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}
