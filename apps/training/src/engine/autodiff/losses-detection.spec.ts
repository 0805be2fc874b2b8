import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { openSession } from '../network/session.js';
import { encodeModel } from '../onnx/onnx-model.js';
import { clipped, exponential } from './elementwise.js';
import { Graph, type Value } from './graph.js';
import { boxLoss, heatFocalLoss } from './losses-detection.js';

interface Case {
  readonly name: string;
  readonly seed: number;
  readonly scale: number;
  readonly shape: readonly [number, number, number, number];
  readonly loss: number;
  readonly gradient: readonly number[];
}

const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'reference/gradients-detection.json'), 'utf8')) as { cases: Case[] };
const size = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
const filled = (graph: Graph, key: string, shape: readonly number[], at: (index: number) => number): Value => graph.matrix(key, shape, Float32Array.from({ length: size(shape) }, (_, index) => at(index)));

/** The generator of scripts/gradient-reference.py. */
function numbers(seed: number, count: number, scale: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return Math.fround((state / 2 ** 32) * 2 - 1) * scale;
  });
}

function lossOf(graph: Graph, value: Value): Value {
  const [batch = 0, channels = 0, height = 0, width = 0] = value.shape;
  if (channels === 2) {
    const positive = (at: number): number => Number(at % 11 === 0);
    return heatFocalLoss(graph, value, { positives: filled(graph, 'positives', value.shape, positive), negatives: filled(graph, 'negatives', value.shape, (at) => (1 - positive(at)) * ((at % 5) / 4)) });
  }
  const weights = filled(graph, 'weights', [batch, 1, height, width], (at) => (at % 3 === 0 ? (1 + (at % 4)) / 4 : 0));
  return boxLoss(graph, exponential(graph, clipped(graph, value, { least: -1.5, most: 1.2 })), { distances: filled(graph, 'truth', value.shape, (at) => 0.4 + (at % 7) / 3), weights });
}

async function solve(shape: readonly number[], data: Float32Array, loss: (graph: Graph, value: Value) => Value): Promise<{ readonly loss: number; readonly gradient: Float32Array }> {
  const graph = new Graph();
  const input = graph.input('input', shape);
  const value = loss(graph, input);
  graph.output('loss', value);
  graph.gradients(value, [input]).forEach((gradient) => graph.output('gradient', gradient));
  const session = await openSession(encodeModel(graph.toModel()), 1);
  try {
    const results = await session.run({ input: new Tensor('float32', data, [...shape]) });
    return { loss: Number(results['loss']?.data[0]), gradient: results['gradient']?.data as Float32Array };
  } finally {
    await session.release();
  }
}

describe('losses of detection', () => {
  it.each(cases.map((one) => [one.name, one] as const))('have the value and the gradient of PyTorch: %s', async (_, one) => {
    const solved = await solve(one.shape, numbers(one.seed, size(one.shape), one.scale), lossOf);
    expect(Math.abs(solved.loss - one.loss)).toBeLessThanOrEqual(1e-5 * Math.max(1, one.loss));
    const norm = Math.sqrt(one.gradient.reduce((sum, value) => sum + value * value, 0));
    expect(norm).toBeGreaterThan(0.01);
    one.gradient.forEach((expected, index) => expect(Math.abs((solved.gradient[index] ?? Number.NaN) - expected), `at ${index}`).toBeLessThanOrEqual(1e-5 * norm));
  });

  it('are finite where there is no object at all', async () => {
    const shape = [2, 2, 3, 3];
    const zeros = (graph: Graph, key: string, channels: number): Value => filled(graph, key, [2, channels, 3, 3], () => 0);
    const focal = await solve(shape, numbers(1, 36, 1), (graph, value) => heatFocalLoss(graph, value, { positives: zeros(graph, 'none', 2), negatives: filled(graph, 'all', shape, () => 1) }));
    expect(focal.loss).toBeGreaterThan(0);
    const box = await solve([2, 4, 3, 3], numbers(1, 72, 1), (graph, value) => boxLoss(graph, exponential(graph, value), { distances: filled(graph, 'ones', [2, 4, 3, 3], () => 1), weights: zeros(graph, 'none', 1) }));
    expect(box.loss).toBe(0);
    expect(Math.max(...box.gradient.map(Math.abs))).toBe(0);
  });
});
