import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODEL_CATALOGUE } from '@app/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sceneTraining } from '../../testing/scene-training.js';
import { kiteScene, KITE_POINTS } from '../../testing/shape-scenes.js';
import { Random } from '../network/random.js';
import { OnnxEngine } from '../onnx-engine.js';

const SIDE = 64;
const PYTHON = '/usr/bin/python3';
/** Reads models, runs each on the same image, writes its outputs one behind the other, in the order of the names. */
const SCRIPT = `
import sys, json
import numpy, cv2
for job in json.load(open(sys.argv[1])):
    net = cv2.dnn.readNetFromONNX(job['model'])
    net.setInput(numpy.fromfile(job['images'], dtype=numpy.float32).reshape(1, 3, job['side'], job['side']), 'images')
    # An output is the name of a layer's output; the layer before an Identity keeps its own.
    names = net.getUnconnectedOutLayersNames()
    outputs = net.forward(names)
    numpy.concatenate([one.ravel() for _, one in sorted(zip(names, outputs), key=lambda pair: pair[0])]).astype(numpy.float32).tofile(job['outputs'])
`;
const hasOpenCv = spawnSync(PYTHON, ['-c', 'import cv2']).status === 0;
if (!hasOpenCv) process.stdout.write('skipped: python3-opencv is not installed, so that exported models are not read by another runtime\n');

interface Exported {
  readonly id: string;
  readonly model: Uint8Array;
}

let folder: string;
const exported: Exported[] = [];
const images = Float32Array.from({ length: 3 * SIDE * SIDE }, ((random) => () => random.gaussian())(new Random(9)));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-runtimes-'));
  for (const { id, taskTypes } of MODEL_CATALOGUE) {
    const [taskType] = taskTypes;
    if (taskType === undefined) continue;
    const own = await mkdtemp(join(folder, 'model-'));
    const scene = (number: number): ReturnType<typeof kiteScene> => kiteScene(5, number, { side: SIDE, turn: 3, sizes: [0.25, 0.35], most: 1 });
    const hyperparameters = { epochs: 1, batch_size: 8 };
    const spec = await sceneTraining({ folder: own, taskType, model: id, side: SIDE, counts: { train: 16, val: 8 }, classNames: ['kite'], keypointNames: KITE_POINTS, hyperparameters, scene });
    const engine = new OnnxEngine();
    await engine.prepare(spec);
    // Two steps, so that statistics and weights are not those of the first moment.
    await engine.trainEpoch(1, { onStep: () => undefined, shouldStop: () => false });
    exported.push({ id, model: engine.exportModel() });
    await engine.dispose();
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Outputs one behind the other, in the order of their names. */
async function outputsHere(model: Uint8Array): Promise<Float32Array> {
  const session = await InferenceSession.create(model);
  const results = await session.run({ images: new Tensor('float32', images, [1, 3, SIDE, SIDE]) });
  const parts = [...session.outputNames].sort().map((name) => results[name]?.data as Float32Array);
  await session.release();
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

describe.skipIf(!hasOpenCv)('exported models', () => {
  it("give OpenCV's DNN reader the same outputs", { timeout: 60_000 }, async () => {
    await writeFile(join(folder, 'images.f32'), Buffer.from(images.buffer));
    const jobs = exported.map(({ id }) => ({ id, side: SIDE, model: join(folder, `${id}.onnx`), images: join(folder, 'images.f32'), outputs: join(folder, `${id}.f32`) }));
    for (const [index, job] of jobs.entries()) await writeFile(job.model, exported[index]?.model ?? Buffer.alloc(0));
    await writeFile(join(folder, 'jobs.json'), JSON.stringify(jobs));
    const run = spawnSync(PYTHON, ['-c', SCRIPT, join(folder, 'jobs.json')], { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(jobs.map((job) => job.id)).toEqual(MODEL_CATALOGUE.map((one) => one.id));
    for (const [index, { id, outputs }] of jobs.entries()) {
      const here = await outputsHere(exported[index]?.model ?? new Uint8Array());
      const bytes = await readFile(outputs);
      const there = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
      expect(there.length, id).toBe(here.length);
      const scale = Math.max(1, ...here.map(Math.abs));
      const off = Math.max(...here.map((value, at) => Math.abs(value - (there[at] ?? Number.NaN))));
      expect(off / scale, id).toBeLessThan(1e-4);
    }
  });
});
