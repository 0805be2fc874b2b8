// Trains one of the nets of training-nets.mjs on one thread and prints images a CPU-second, once for each line on stdin.
import { createInterface } from 'node:readline';
import { Tensor } from 'onnxruntime-node';
import { BATCH, SIDE, trainingStep } from './training-nets.mjs';

const ENGINE = new URL(`${process.env.ENGINE_DIST ?? '../../dist/'}training/apps/training/src/engine/`, import.meta.url);
const load = (path) => import(new URL(path, ENGINE));
const parts = await Promise.all(['autodiff/graph.js', 'autodiff/layers.js', 'autodiff/layers-dense.js', 'autodiff/losses.js', 'autodiff/losses-dense.js', 'onnx/onnx-model.js'].map(load));
const engine = Object.assign({}, ...parts);
const { adamStep } = await load('network/adam.js');
const { openSession } = await load('network/session.js');

const { model, parameters, targetShape, weightsShape } = trainingStep(engine, process.argv[2]);
const steps = Number(process.argv[3]);
const session = await openSession(model, 1);
const floats = (shape, at) => Float32Array.from({ length: shape.reduce((product, one) => product * one, 1) }, (_, index) => at(index));
const imageShape = [BATCH, 3, SIDE, SIDE];
const feeds = {
  images: new Tensor('float32', floats(imageShape, (at) => ((at * 7919) % 1000) / 500 - 1), imageShape),
  target: new Tensor('float32', floats(targetShape, (at) => (targetShape.length === 2 ? Number(at % targetShape[1] === Math.floor(at / targetShape[1]) % targetShape[1]) : (at % 10) / 10)), targetShape),
  weights: new Tensor('float32', floats(weightsShape, () => 1), weightsShape),
};
const state = parameters.map(({ value, data }) => ({ name: value.name, shape: value.shape, data, firstMoment: new Float32Array(data.length), secondMoment: new Float32Array(data.length) }));
let step = 0;

async function train(count) {
  for (let at = 0; at < count; at += 1) {
    step += 1;
    for (const one of state) feeds[one.name] = new Tensor('float32', one.data, one.shape);
    const results = await session.run(feeds);
    state.forEach((one, index) => adamStep(one, results[`gradient${index}`].data, { step, learningRate: 1e-3, weightDecay: 0 }));
    for (const tensor of Object.values(results)) tensor.dispose();
  }
}

await train(2);
for await (const _ of createInterface({ input: process.stdin })) {
  const before = process.cpuUsage();
  await train(steps);
  const used = process.cpuUsage(before);
  process.stdout.write(`${(steps * BATCH * 1e6) / (used.user + used.system)}\n`);
}
