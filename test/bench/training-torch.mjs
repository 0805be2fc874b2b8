// Training images a CPU-second of the onnx engine beside PyTorch, and of the engine's other runtimes beside the native one: the same nets, batch and optimiser, one
// thread each, in turns.
//   node test/bench/training-torch.mjs [--quick]       (needs a build; python3-torch where the baseline shall run)
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NET_NAMES, SIDE } from './training-nets.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const PYTHONS = ['/usr/bin/python3', 'python3'];
const ONE_THREAD = { OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };

/** A python that has torch; undefined where none has. */
export const torchPython = () => PYTHONS.find((python) => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0);

/** A child that measures once for each line it is given. */
function runner(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...ONE_THREAD } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async measure() {
      child.stdin.write('\n');
      const { value, done } = await lines.next();
      if (done) throw new Error(`${args[0]} ended`);
      return Number(value);
    },
    close: () => child.stdin.end(),
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Rates of both and their ratio for each net, measured in turns. Null: there is no PyTorch. */
async function measured({ quick }) {
  const python = torchPython();
  if (python === undefined) return null;
  const [rounds, steps] = quick ? [3, 4] : [7, 8];
  const results = [];
  for (const net of NET_NAMES) {
    const [ours, theirs] = [runner(process.execPath, [here('training-step-child.mjs'), net, String(steps)]), runner(python, [here('training-torch.py'), net, String(steps)])];
    const rates = [];
    for (let round = 0; round < rounds; round += 1) rates.push([await ours.measure(), await theirs.measure()]);
    ours.close();
    theirs.close();
    results.push({ net, ours: median(rates.map((one) => one[0])), torch: median(rates.map((one) => one[1])), ratio: median(rates.map((one) => one[0] / one[1])) });
  }
  return results;
}

const OTHER_RUNTIMES = ['onnxruntime-web', 'tfjs-wasm'];

/** Images a CPU-second of the engine's other runtimes beside onnxruntime's native library, in turns. */
async function besideNative({ quick }) {
  const [rounds, steps] = quick ? [2, 2] : [5, 4];
  const rows = [];
  for (const net of NET_NAMES) {
    const children = ['onnxruntime-node', ...OTHER_RUNTIMES].map((runtime) => runner(process.execPath, [here('training-step-child.mjs'), net, String(steps), runtime]));
    const rates = [];
    for (let round = 0; round < rounds; round += 1) {
      const measured = [];
      for (const child of children) measured.push(await child.measure());
      rates.push(measured);
    }
    for (const child of children) child.close();
    OTHER_RUNTIMES.forEach((runtime, index) => rows.push({ net, runtime, rate: median(rates.map((one) => one[index + 1])), native: median(rates.map((one) => one[0])), ratio: median(rates.map((one) => one[index + 1] / one[0])) }));
  }
  return rows;
}

const rate = (value) => `${value.toPrecision(3)} images/CPU s`;

/** Rows for the table of the benchmark. */
export async function trainingBesideTorch({ quick }) {
  const runtimes = (await besideNative({ quick })).map(({ net, runtime, rate: ours, native, ratio }) => ({ what: `train the ${net} net on ${runtime}, one thread`, this: rate(ours), baseline: rate(native), 'baseline is': 'onnxruntime, native', ratio: ratio.toFixed(2) }));
  const results = await measured({ quick });
  if (results === null) return [...runtimes, { what: 'train beside PyTorch', this: 'PyTorch is not installed (Debian: python3-torch)', baseline: '', 'baseline is': '', ratio: '' }];
  const beside = results.map(({ net, ours, torch, ratio }) => ({ what: `train the ${net} net at ${SIDE} px, one thread (goal: 0.9)`, this: rate(ours), baseline: rate(torch), 'baseline is': 'PyTorch, the same net', ratio: ratio.toFixed(2) }));
  return [...beside, ...runtimes];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await trainingBesideTorch({ quick: process.argv.includes('--quick') }));
