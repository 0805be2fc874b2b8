import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../../../api/problem.js';
import type { Model, ModelUploadRequest } from '../../../api/types.js';
import { sendModel, type ModelUploadPorts, type UploadStep } from './model-upload.js';

const file = new File([new Uint8Array(100)], 'net.onnx');
// Only what goes through.
const words = { name: 'net', notes: '' } as unknown as Omit<ModelUploadRequest, 'size_bytes' | 'sha256'>;
const model = { id: 'm' } as unknown as Model;

function world(broken: Partial<ModelUploadPorts> = {}): { ports: ModelUploadPorts; steps: UploadStep[]; waits: number[]; send: (signal?: AbortSignal) => Promise<Model> } {
  const [steps, waits]: [UploadStep[], number[]] = [[], []];
  const ports: ModelUploadPorts = {
    hash: () => Promise.resolve('ab'.repeat(32)),
    begin: vi.fn(() => Promise.resolve({ id: 'u', put: { url: '/put', headers: {}, expires_at: '' } })),
    put: vi.fn((_file, _target, { onProgress }) => {
      onProgress(60);
      onProgress(150);
      return Promise.resolve(200);
    }),
    complete: vi.fn(() => Promise.resolve(model)),
    wait: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
    ...broken,
  };
  return { ports, steps, waits, send: (signal = new AbortController().signal) => sendModel({ file, words }, ports, { signal, onStep: (step) => steps.push(step) }) };
}

describe('a model on its way into the store', () => {
  it('is announced with its size and hash, put, and looked into, with its bytes counted', async () => {
    const { ports, steps, send } = world();
    expect(await send()).toBe(model);
    expect(ports.begin).toHaveBeenCalledWith({ name: 'net', notes: '', size_bytes: 100, sha256: 'ab'.repeat(32) });
    expect(ports.complete).toHaveBeenCalledWith('u');
    expect(steps.map(({ step, bytes }) => `${step} ${bytes}`)).toEqual(['reading 0', 'announcing 0', 'sending 0', 'sending 60', 'sending 100', 'examining 100']);
  });

  it('is put again, later each time, while the store is away, and given up in the end', async () => {
    let left = 2;
    const passing = world({ put: () => Promise.resolve((left -= 1) < 0 ? 200 : 503) });
    expect(await passing.send()).toBe(model);
    expect(passing.waits).toEqual([1_000, 2_000]);
    const away = world({ put: () => Promise.resolve(0) });
    await expect(away.send()).rejects.toMatchObject({ code: 'network' });
    expect(away.waits).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it('is refused at once where the server says no, with its findings', async () => {
    const refusal = new Problem({ status: 422, code: 'validation-failed', detail: '', errors: [{ code: 'not-a-model', message: 'x' }] });
    const { ports, waits, send } = world({ complete: () => Promise.reject(refusal) });
    await expect(send()).rejects.toBe(refusal);
    const forbidden = world({ put: () => Promise.resolve(403) });
    await expect(forbidden.send()).rejects.toMatchObject({ status: 403 });
    expect([waits, forbidden.waits]).toEqual([[], []]);
    expect(ports.put).toHaveBeenCalledTimes(1);
  });

  it('stops where somebody gives it up', async () => {
    const stop = new AbortController();
    const { ports, send } = world({ put: () => Promise.resolve(stop.abort()).then(() => 0) });
    await expect(send(stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(ports.complete).not.toHaveBeenCalled();
  });
});
