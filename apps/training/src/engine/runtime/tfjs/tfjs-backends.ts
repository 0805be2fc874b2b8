import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { TfjsBackend } from './tfjs-session.js';
import { installWasmKernels } from './wasm-kernels.js';

/** An optional dependency, whose library has to be fetched by hand (docs/engine.md): without its types, which may be absent. */
const NODE_PACKAGE: string = '@tensorflow/tfjs-node';

/** TensorFlow as a native library. Rejects where the package, or the library in it, is absent. */
export async function nodeBackend(): Promise<TfjsBackend> {
  await import(NODE_PACKAGE);
  return ready({ runtime: 'tfjs-node', name: 'tensorflow' });
}

/** TensorFlow.js' own kernels as WebAssembly. */
export async function wasmBackend(): Promise<TfjsBackend> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}${sep}`);
  installWasmKernels();
  return ready({ runtime: 'tfjs-wasm', name: 'wasm' });
}

async function ready(backend: TfjsBackend): Promise<TfjsBackend> {
  if (!(await tf.setBackend(backend.name))) throw new Error(`TensorFlow.js cannot use ${backend.name}`);
  await tf.ready();
  return backend;
}
