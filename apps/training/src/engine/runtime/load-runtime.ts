import type { EngineName } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { nativeRuntime, webRuntime, type NativePackage, type WebPackage } from './onnxruntime-runtimes.js';
import type { RuntimeName, StepRuntime } from './step-runtime.js';
import type { TfjsBackend } from './tfjs/tfjs-session.js';

/** Packages of which some are absent on some machines, and what decides on them. Others in tests. */
export interface RuntimeSources {
  readonly native: () => Promise<NativePackage>;
  readonly web: () => Promise<WebPackage>;
  readonly tfjsNode: () => Promise<TfjsBackend>;
  readonly tfjsWasm: () => Promise<TfjsBackend>;
  readonly nodeVersion: string;
}

const SOURCES: RuntimeSources = {
  native: () => import('onnxruntime-node'),
  web: () => import('onnxruntime-web'),
  tfjsNode: async () => (await import('./tfjs/tfjs-backends.js')).nodeBackend(),
  tfjsWasm: async () => (await import('./tfjs/tfjs-backends.js')).wasmBackend(),
  nodeVersion: process.versions.node,
};

/** tfjs-node 4.22 calls what Node 23 has taken away. */
const FIRST_NODE_WITHOUT_TFJS = 23;

/** The best runtime of an engine that can be loaded here. Throws `unavailable` where none can. */
export async function loadRuntime(engine: EngineName, sources: RuntimeSources = SOURCES): Promise<StepRuntime> {
  return engine === 'onnx' ? onnxRuntime(sources) : tfjsRuntime(sources);
}

/** That very one, as a thread of a training needs it: the process that starts it has chosen. */
export async function loadRuntimeNamed(name: RuntimeName, sources: RuntimeSources = SOURCES): Promise<StepRuntime> {
  switch (name) {
    case 'onnxruntime-node':
      return nativeRuntime(await sources.native());
    case 'onnxruntime-web':
      return webRuntime(await sources.web(), 'as its process found');
    case 'tfjs-node':
      return tfjs(await sources.tfjsNode(), null);
    case 'tfjs-wasm':
      return tfjs(await sources.tfjsWasm(), null);
  }
}

async function onnxRuntime(sources: RuntimeSources): Promise<StepRuntime> {
  try {
    return nativeRuntime(await sources.native());
  } catch (absent) {
    const web = await orNull(sources.web);
    if (web === null) throw unavailable('onnxruntime', absent);
    return webRuntime(web, firstLine(absent));
  }
}

async function tfjsRuntime(sources: RuntimeSources): Promise<StepRuntime> {
  try {
    if (Number(sources.nodeVersion.split('.')[0]) >= FIRST_NODE_WITHOUT_TFJS) throw new Error(`tfjs-node does not work on Node ${sources.nodeVersion}`);
    return await tfjs(await sources.tfjsNode(), null);
  } catch (absent) {
    const wasm = await orNull(sources.tfjsWasm);
    if (wasm === null) throw unavailable('TensorFlow.js', absent);
    return tfjs(wasm, `TensorFlow.js runs as WebAssembly on one thread, which takes several times as long as the engine onnx: ${firstLine(absent)}.`);
  }
}

async function tfjs(backend: TfjsBackend, notice: string | null): Promise<StepRuntime> {
  const { TfjsSession } = await import('./tfjs/tfjs-session.js');
  return { name: backend.runtime, notice, open: async (model) => TfjsSession.open(model, backend) };
}

async function orNull<T>(load: () => Promise<T>): Promise<T | null> {
  try {
    return await load();
  } catch {
    return null;
  }
}

function unavailable(what: string, cause: unknown): DomainError {
  return new DomainError('unavailable', `${what} cannot be loaded on this worker: ${firstLine(cause)}.`, { cause });
}

/** Without paths of this machine: users read it. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  return message.replaceAll(/(?:\/[^\s/'":]+)+\//g, '').replace(/\.+$/, '').slice(0, 200);
}
