import { describe, expect, it } from 'vitest';
import { loadRuntime, type RuntimeSources } from './load-runtime.js';
import { nodeBackend, wasmBackend } from './tfjs/tfjs-backends.js';

/** As it is where the package was installed without its library. */
const absent = (what: string) => (): Promise<never> => Promise.reject(new Error(`Cannot find module '/opt/somewhere/node_modules/${what}'\nRequire stack: ...`));

function sources(changes: Partial<RuntimeSources> = {}): RuntimeSources {
  return { native: () => import('onnxruntime-node'), web: () => import('onnxruntime-web'), tfjsNode: absent('tfjs_binding.node'), tfjsWasm: wasmBackend, nodeVersion: '20.19.0', ...changes };
}

describe('the runtime of the engine onnx', () => {
  it('is the native library, and has nothing to say', async () => {
    expect(await loadRuntime('onnx', sources())).toMatchObject({ name: 'onnxruntime-node', notice: null });
  });

  it('is WebAssembly where the native library cannot be loaded, and says so without paths of the machine', async () => {
    const runtime = await loadRuntime('onnx', sources({ native: absent('onnxruntime_binding.node') }));
    expect(runtime.name).toBe('onnxruntime-web');
    expect(runtime.notice).toBe("onnxruntime runs as WebAssembly, which takes several times as long, since its native library cannot be loaded (Cannot find module 'onnxruntime_binding.node').");
  });

  it('is refused with the cause where neither can be loaded', async () => {
    const nothing = sources({ native: absent('onnxruntime_binding.node'), web: absent('onnxruntime-web') });
    await expect(loadRuntime('onnx', nothing)).rejects.toMatchObject({ code: 'unavailable', detail: "onnxruntime cannot be loaded on this worker: Cannot find module 'onnxruntime_binding.node'." });
  });
});

describe('the runtime of the engine tfjs', () => {
  it('is WebAssembly where the native library is absent', async () => {
    const runtime = await loadRuntime('tfjs', sources());
    expect(runtime.name).toBe('tfjs-wasm');
    expect(runtime.notice).toContain("takes several times as long as the engine onnx: Cannot find module 'tfjs_binding.node'.");
  });

  it('is the native library where there is one, unless Node is too new for it', async () => {
    const tfjsNode = async (): Promise<{ runtime: 'tfjs-node'; name: string }> => ({ runtime: 'tfjs-node', name: 'tensorflow' });
    expect(await loadRuntime('tfjs', sources({ tfjsNode }))).toMatchObject({ name: 'tfjs-node', notice: null });
    expect(await loadRuntime('tfjs', sources({ tfjsNode, nodeVersion: '22.19.0' }))).toMatchObject({ name: 'tfjs-node' });
    const onNode23 = await loadRuntime('tfjs', sources({ tfjsNode, nodeVersion: '23.0.0' }));
    expect(onNode23.name).toBe('tfjs-wasm');
    expect(onNode23.notice).toContain('tfjs-node does not work on Node 23.0.0');
  });

  it('is refused where none can be loaded', async () => {
    await expect(loadRuntime('tfjs', sources({ tfjsWasm: absent('tfjs-backend-wasm') }))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('finds no native library here, unless somebody has fetched it', async () => {
    const found = await nodeBackend().then((backend) => backend.name, (error: unknown) => error);
    if (found !== 'tensorflow') expect(found).toBeInstanceOf(Error);
  });
});
