import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../../../api/problem.js';
import { ImageUploader, type Announced, type Outcome, type UploadPorts } from './image-uploader.js';
import { totalsOf, type PickedFile, type UploadItem } from './upload-item.js';

const picked = (...paths: string[]): PickedFile[] => paths.map((path) => ({ path, file: new File([path], path, { lastModified: 5 }) }));
const numbered = (count: number): PickedFile[] => picked(...Array.from({ length: count }, (_, index) => `${index}.png`));
const STORED: Outcome = { status: 'stored', reason: null };

/** A server that takes everything; each test breaks what it is about. */
function world(broken: Partial<UploadPorts> = {}): { uploader: ImageUploader; ports: UploadPorts; waits: number[] } {
  const waits: number[] = [];
  const ports: UploadPorts = {
    check: async (file) => ({ refusal: null, sha256: `sha of ${await file.text()}`, type: 'image/png' }),
    announce: (items) => Promise.resolve(items.map(({ path }): Announced => ({ id: `id of ${path}`, put: { url: path, headers: {} }, result: null }))),
    put: () => Promise.resolve(200),
    complete: (ids) => Promise.resolve(new Map(ids.map((id) => [id, STORED]))),
    wait: (milliseconds) => {
      waits.push(milliseconds);
      return new Promise((resolve) => setTimeout(resolve, 0));
    },
    changed: () => undefined,
    ...broken,
  };
  return { uploader: new ImageUploader(ports), ports, waits };
}

async function run(uploader: ImageUploader, files: readonly PickedFile[], known?: readonly UploadItem[]): Promise<string[]> {
  uploader.add(files, known);
  uploader.start();
  await vi.waitFor(() => expect(uploader.isRunning).toBe(false), { timeout: 5_000 });
  return uploader.list().map((item) => `${item.path} ${item.phase}`);
}

describe('images on their way', () => {
  it('are all stored, four at a time at most', async () => {
    let [now, most] = [0, 0];
    const { uploader } = world({
      put: async () => {
        most = Math.max(most, (now += 1));
        await new Promise((resolve) => setTimeout(resolve, 1));
        now -= 1;
        return 200;
      },
    });
    await run(uploader, numbered(100));
    expect(totalsOf(uploader.list())).toMatchObject({ files: 100, ended: 100, stored: 100, failed: 0 });
    expect(most).toBe(4);
  });

  it('are not sent when they are refused here, there already, or twice among them', async () => {
    const put = vi.fn(() => Promise.resolve(200));
    const { uploader } = world({
      put,
      check: (file) => Promise.resolve({ refusal: file.name === 'a.gif' ? 'not-an-image' : null, sha256: file.name === 'twin.png' ? 'x' : file.name === 'b.png' ? 'x' : file.name, type: 'image/png' }),
      announce: (items) => Promise.resolve(items.map(({ path }): Announced => (path === 'old.png' ? { id: null, put: null, result: { status: 'duplicate', reason: null } } : { id: path, put: { url: path, headers: {} }, result: null }))),
    });
    expect(await run(uploader, picked('a.gif', 'b.png', 'twin.png', 'old.png'))).toEqual(['a.gif refused', 'b.png stored', 'twin.png refused', 'old.png duplicate']);
    expect(uploader.list().map((item) => item.refusal)).toEqual(['not-an-image', null, 'same-file', null]);
    expect(put).toHaveBeenCalledTimes(1);
  });

  it('are tried again where the network or the store fails, later each time, and given up in the end', async () => {
    const fails = new Map([['b.png', 2], ['c.png', 99]]);
    const { uploader, waits } = world({
      put: (file) => {
        const left = fails.get(file.name) ?? 0;
        fails.set(file.name, left - 1);
        return Promise.resolve(left > 0 ? 503 : 200);
      },
    });
    expect(await run(uploader, picked('a.png', 'b.png', 'c.png'))).toEqual(['a.png stored', 'b.png stored', 'c.png failed']);
    expect(waits.filter((one) => one >= 1_000)).toEqual([1_000, 1_000, 2_000, 2_000, 4_000, 8_000, 16_000]);
    fails.clear();
    uploader.retryFailed();
    await vi.waitFor(() => expect(totalsOf(uploader.list()).stored).toBe(3));
  });

  it('ask for a new address where theirs ran out', async () => {
    let old = true;
    const announce = vi.fn((items: readonly UploadItem[]) => Promise.resolve(items.map(({ path }): Announced => ({ id: path, put: { url: path, headers: {} }, result: null }))));
    const { uploader } = world({
      announce,
      put: () => {
        const status = old ? 403 : 200;
        old = false;
        return Promise.resolve(status);
      },
    });
    expect(await run(uploader, picked('a.png'))).toEqual(['a.png stored']);
    expect(announce).toHaveBeenCalledTimes(2);
  });

  it('wait for a server that is away, and fail at once where it says no', async () => {
    let away = 3;
    const first = world({ announce: (items) => ((away -= 1) > 0 ? Promise.reject(Problem.network()) : Promise.resolve(items.map(({ path }): Announced => ({ id: path, put: { url: path, headers: {} }, result: null })))) });
    expect(await run(first.uploader, picked('a.png'))).toEqual(['a.png stored']);
    const second = world({ announce: () => Promise.reject(new Problem({ status: 403, code: 'forbidden', detail: 'no' })) });
    expect(await run(second.uploader, picked('a.png'))).toEqual(['a.png failed']);
  });

  it('are asked about again where the server has not looked at them yet', async () => {
    let asked = 0;
    const { uploader } = world({ complete: (ids) => Promise.resolve(new Map(ids.map((id) => [id, (asked += 1) < 3 ? { status: 'pending', reason: null } : { status: 'refused', reason: 'It does not decode.' }]))) });
    expect(await run(uploader, picked('a.png'))).toEqual(['a.png refused']);
    expect(uploader.list()[0]?.reason).toBe('It does not decode.');
  });

  it('stop where they are at a pause, and go on without sending twice what arrived', async () => {
    const sent: string[] = [];
    const { uploader } = world({
      put: async (file, _, { signal }) => {
        if (sent.length >= 3) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        if (signal.aborted) return 0;
        sent.push(file.name);
        return 200;
      },
      complete: (ids) => (sent.length < 10 ? Promise.reject(Problem.network()) : Promise.resolve(new Map(ids.map((id) => [id, STORED])))),
    });
    uploader.add(numbered(10));
    uploader.start();
    await vi.waitFor(() => expect(uploader.list().filter((item) => item.phase === 'sending').length).toBeGreaterThan(0));
    await vi.waitFor(() => expect(sent.length).toBeGreaterThanOrEqual(3));
    uploader.pause();
    expect(uploader.isRunning).toBe(false);
    expect(uploader.list().some((item) => item.phase === 'sending')).toBe(false);
  });

  it('go on after a reload without reading again what was read, when the same files are picked', async () => {
    const before = world({ put: () => Promise.resolve(200) });
    await run(before.uploader, picked('a.png', 'b.png'));
    const kept = before.uploader.list().map((item): UploadItem => (item.path === 'b.png' ? { ...item, phase: 'sending' } : item));
    const check = vi.fn((file: File) => Promise.resolve({ refusal: null, sha256: file.name, type: 'image/png' as const }));
    const put = vi.fn(() => Promise.resolve(200));
    const after = world({ check, put });
    expect(await run(after.uploader, picked('a.png', 'b.png', 'c.png'), kept)).toEqual(['a.png stored', 'b.png stored', 'c.png stored']);
    expect(check).toHaveBeenCalledTimes(1);
    expect(put).toHaveBeenCalledTimes(2);
  });
});
