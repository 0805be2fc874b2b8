import { openSession } from '../network/session.js';
import { OnnxRuntimeSession } from './onnxruntime-session.js';
import type { RuntimeTensor, StepRuntime } from './step-runtime.js';

export type NativePackage = Pick<typeof import('onnxruntime-node'), 'InferenceSession' | 'Tensor'>;
export type WebPackage = Pick<typeof import('onnxruntime-web'), 'InferenceSession' | 'Tensor' | 'env'>;

/** onnxruntime as a native library: the fastest there is here. */
export function nativeRuntime(ort: NativePackage): StepRuntime {
  const tensorOf = ({ data, shape }: RuntimeTensor): InstanceType<typeof ort.Tensor> => new ort.Tensor('float32', data, shape);
  return { name: 'onnxruntime-node', notice: null, open: async (model, threads) => new OnnxRuntimeSession(await openSession(model, threads, ort), tensorOf) };
}

/** onnxruntime as WebAssembly, for machines that the native library is not made for. One thread: its own would be web workers. */
export function webRuntime(ort: WebPackage, because: string): StepRuntime {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const tensorOf = ({ data, shape }: RuntimeTensor): InstanceType<typeof ort.Tensor> => new ort.Tensor('float32', data, shape);
  return {
    name: 'onnxruntime-web',
    notice: `onnxruntime runs as WebAssembly, which takes several times as long, since its native library cannot be loaded (${because}).`,
    open: async (model) => new OnnxRuntimeSession(await openSession(model, 1, ort), tensorOf),
  };
}
