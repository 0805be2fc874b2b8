// Trains one of the nets of training-nets.mjs on one thread and prints images a CPU-second, once for each line on stdin.
//   node test/bench/training-step-child.mjs NET STEPS [RUNTIME]
import { createInterface } from 'node:readline';
import { BATCH, SIDE, trainingStep } from './training-nets.mjs';

const ENGINE = new URL(`${process.env.ENGINE_DIST ?? '../../dist/'}training/apps/training/src/engine/`, import.meta.url);
const load = (path) => import(new URL(path, ENGINE));
const parts = await Promise.all(['autodiff/graph.js', 'autodiff/layers.js', 'autodiff/layers-dense.js', 'autodiff/losses.js', 'autodiff/losses-dense.js', 'onnx/onnx-model.js'].map(load));
const engine = Object.assign({}, ...parts);
const { adamStep } = await load('network/adam.js');
const { loadRuntimeNamed } = await load('runtime/load-runtime.js');

const { model, parameters, targetShape, weightsShape } = trainingStep(engine, process.argv[2]);
const steps = Number(process.argv[3]);
const session = await (await loadRuntimeNamed(process.argv[4] ?? 'onnxruntime-node')).open(model, 1);
const floats = (shape, at) => ({ shape, data: Float32Array.from({ length: shape.reduce((product, one) => product * one, 1) }, (_, index) => at(index)) });
const feeds = {
  images: floats([BATCH, 3, SIDE, SIDE], (at) => ((at * 7919) % 1000) / 500 - 1),
  target: floats(targetShape, (at) => (targetShape.length === 2 ? Number(at % targetShape[1] === Math.floor(at / targetShape[1]) % targetShape[1]) : (at % 10) / 10)),
  weights: floats(weightsShape, () => 1),
};
const state = parameters.map(({ value, data }) => ({ name: value.name, shape: value.shape, data, firstMoment: new Float32Array(data.length), secondMoment: new Float32Array(data.length) }));
let step = 0;

async function train(count) {
  for (let at = 0; at < count; at += 1) {
    step += 1;
    for (const { name, data, shape } of state) feeds[name] = { data, shape };
    const results = await session.run(feeds);
    state.forEach((one, index) => adamStep(one, results.tensor(`gradient${index}`).data, { step, learningRate: 1e-3, weightDecay: 0 }));
    results.dispose();
  }
}

await train(2);
for await (const _ of createInterface({ input: process.stdin })) {
  const before = process.cpuUsage();
  await train(steps);
  const used = process.cpuUsage(before);
  process.stdout.write(`${(steps * BATCH * 1e6) / (used.user + used.system)}\n`);
}
